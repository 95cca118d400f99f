import type { DownloadView } from '../../shared/downloads.ts';
import { useDownloads, useIsOffline } from '../data/queries.ts';

/** Complete and licensed: plays without a connection. */
export function playsOffline(download: DownloadView): boolean {
  return download.state === 'completed' && download.verdict.allowed;
}

/** Tells what cannot be played just now: nothing while online, else all that is not downloaded. */
export function useIsOutOfReach(): (what: { titleId: string } | { videoId: string }) => boolean {
  const isOffline = useIsOffline();
  const here = useDownloads().filter(playsOffline);
  return (what) =>
    isOffline &&
    !here.some((download) =>
      'titleId' in what ? download.titleId === what.titleId : download.videoId === what.videoId,
    );
}
