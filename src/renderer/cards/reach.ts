import { isAddressId } from '../../shared/catalog.ts';
import type { DownloadView } from '../../shared/downloads.ts';
import type { Seconds } from '../../shared/units.ts';
import { useDownloads, useStatus } from '../data/queries.ts';

/** What plays just now: all of it, nothing, or so much from its beginning because it is half downloaded. */
export type Reach = 'all' | 'none' | { readonly firstSeconds: Seconds };

/** Less than this plays through before anybody has sat down. */
export const WORTH_TELLING_SECONDS: Seconds = 60;

/** Complete and licensed: plays without a connection. */
export function playsOffline(download: DownloadView): boolean {
  return download.state === 'completed' && download.verdict.allowed;
}

/** Not complete, and more than a moment of its beginning plays without a connection. */
export function playsInPart(download: DownloadView): boolean {
  return (
    download.state !== 'completed' &&
    download.verdict.allowed &&
    download.playableSeconds >= WORTH_TELLING_SECONDS
  );
}

/** All while online, else what is downloaded; of a series, what reaches furthest. */
export function useReach(): (what: { titleId: string } | { videoId: string }) => Reach {
  const { connection } = useStatus();
  const downloads = useDownloads();
  return (what) => {
    const id = 'titleId' in what ? what.titleId : what.videoId;
    // What was opened from an address needs a network, and no service.
    const isAway = isAddressId(id) ? connection === 'offline' : connection !== 'online';
    const here = downloads.filter(({ titleId, videoId }) => id === ('titleId' in what ? titleId : videoId));
    if (!isAway || here.some(playsOffline)) return 'all';
    const parts = here.filter(playsInPart).map(({ playableSeconds }) => playableSeconds);
    return parts.length > 0 ? { firstSeconds: Math.max(...parts) } : 'none';
  };
}
