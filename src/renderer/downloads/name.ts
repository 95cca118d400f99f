import type { DownloadView } from '../../shared/downloads.ts';
import { useText } from '../i18n/use-text.ts';

/** "Harbor Lights · S1 E2 · The Fog", or just the film's name. */
export function nameOfDownload(
  text: ReturnType<typeof useText>,
  { episode, titleName }: Pick<DownloadView, 'episode' | 'titleName'>,
): string {
  if (!episode) return titleName;
  const number = text('episode.number', { season: episode.seasonNumber, episode: episode.episodeNumber });
  return `${titleName} · ${number} · ${episode.name}`;
}

export function useNameOfDownload() {
  const text = useText();
  return (download: Pick<DownloadView, 'episode' | 'titleName'>) => nameOfDownload(text, download);
}
