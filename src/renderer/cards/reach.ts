import { isAddressId } from '../../shared/catalog.ts';
import type { DownloadView } from '../../shared/downloads.ts';
import { useDownloads, useStatus } from '../data/queries.ts';

/** Complete and licensed: plays without a connection. */
export function playsOffline(download: DownloadView): boolean {
  return download.state === 'completed' && download.verdict.allowed;
}

/** Tells what cannot be played just now: nothing while online, else all that is not downloaded. */
export function useIsOutOfReach(): (what: { titleId: string } | { videoId: string }) => boolean {
  const { connection } = useStatus();
  const here = useDownloads().filter(playsOffline);
  return (what) => {
    const id = 'titleId' in what ? what.titleId : what.videoId;
    // What was opened from an address needs a network, and no service.
    const isAway = isAddressId(id) ? connection === 'offline' : connection !== 'online';
    return isAway && !here.some(({ titleId, videoId }) => id === ('titleId' in what ? titleId : videoId));
  };
}
