import type { DownloadView } from '../../shared/downloads.ts';
import type { useText } from '../i18n/use-text.ts';

/** "Harbor Lights · S1 E2 · The Fog", or just the film's name. */
export function nameOfDownload(text: ReturnType<typeof useText>, download: DownloadView): string {
  const { episode, titleName } = download;
  if (!episode) return titleName;
  const number = text('episode.number', { season: episode.seasonNumber, episode: episode.episodeNumber });
  return `${titleName} · ${number} · ${episode.name}`;
}
