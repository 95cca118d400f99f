import type { DownloadRules } from '../../shared/settings.ts';
import { useWriteSettings } from '../data/actions.ts';
import { useSettings } from '../data/queries.ts';

/** The rules for downloading, and the way to change some of them. */
export function useRules() {
  const { downloads: rules } = useSettings();
  const write = useWriteSettings();
  const change = (changes: Partial<DownloadRules>) => write.mutate({ downloads: { ...rules, ...changes } });
  return { rules, change, error: write.error };
}
