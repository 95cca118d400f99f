import type { DownloadView } from '../../shared/downloads.ts';
import type { Ms } from '../../shared/units.ts';
import { useStorage } from '../data/queries.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { driveNameOf } from '../storage/drive-name.ts';
import { summaryOf } from './state.ts';

/** The state in words; while it waits, what for and until when. */
export function useStateSentence(): (download: DownloadView, nowMs: Ms) => string {
  const text = useText();
  const format = useFormat();
  const folder = useStorage()?.folder ?? '';
  return (download, nowMs) => {
    const { state, waitingFor, waitingUntilMs } = download;
    if (state !== 'waiting' || waitingFor === null) return text(`state.${summaryOf(download)}`);
    if (waitingFor === 'storage-place') return text('waiting.storage-place', { drive: driveNameOf(folder) });
    if (waitingUntilMs === null) return text(`waiting.${waitingFor}`);
    const when = format.when(waitingUntilMs, nowMs);
    if (waitingFor === 'schedule') return text('waiting.scheduleUntil', { when });
    return `${text(`waiting.${waitingFor}`)} · ${text('waiting.retryAt', { when })}`;
  };
}
