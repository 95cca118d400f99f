import { fitOf } from '../../selection/index.ts';
import type { Space } from '../../selection/index.ts';
import type { Fit, RemovableDownload } from '../../shared/downloads.ts';
import { isLayoverError } from '../../shared/errors.ts';
import type { DownloadRules } from '../../shared/settings.ts';
import type { Bytes } from '../../shared/units.ts';
import { whyRemovable } from '../../download/keeping/standing.ts';
import type { DownloadStatus } from '../../download/types.ts';
import type { Store } from '../../store/types.ts';
import { downloadView } from '../download-view.ts';
import { isExpired, viewingsOf } from '../keeping/world.ts';
import type { Parts } from '../parts.ts';
import { visibleDownloads } from '../visible.ts';

type SpaceParts = Pick<Parts, 'downloads' | 'settings' | 'store'>;

/** The space that is left, as the queue will count it when a download's turn comes. */
export async function spaceOf({ downloads, settings, store }: SpaceParts): Promise<Space> {
  return spaceBy(settings.read().downloads, store, await freeBytesOf(store), downloads.list());
}

/** 0: the drive is not there. */
export async function freeBytesOf(store: Pick<Store, 'freeBytes'>): Promise<Bytes> {
  try {
    return await store.freeBytes();
  } catch (thrown) {
    if (isLayoverError(thrown, 'store/absent', 'store/unreadable', 'store/missing')) return 0;
    throw thrown;
  }
}

export function spaceBy(
  rules: Pick<DownloadRules, 'freeSpaceFloorBytes' | 'budgetBytes'>,
  store: Pick<Store, 'usedBytes' | 'reservedBytes'>,
  freeBytes: Bytes,
  downloads: readonly DownloadStatus[],
): Space {
  return {
    freeBytes,
    floorBytes: rules.freeSpaceFloorBytes,
    promisedBytes: downloads.reduce((sum, one) => sum + stillNeeded(one, store), 0),
    takenBytes: store.usedBytes() + store.reservedBytes(),
    budgetBytes: rules.budgetBytes,
  };
}

/** What it will take beyond what is stored and reserved; what has failed or goes takes nothing more. */
export function stillNeeded(
  { downloadId, state, selection, storedBytes }: DownloadStatus,
  store: Pick<Store, 'reservedBytes'>,
): Bytes {
  if (state === 'completed' || state === 'failed' || state === 'removing') return 0;
  return Math.max(0, selection.size.bytes - storedBytes - store.reservedBytes(downloadId));
}

/** Whether so many bytes fit, and which of the downloads that this profile may know of could go. */
export async function fitFor(parts: Parts, neededBytes: Bytes): Promise<Fit> {
  const space = await spaceOf(parts);
  const fit = fitOf(neededBytes, space, []);
  return fit.shortfallBytes === 0 ? fit : fitOf(neededBytes, space, removableOf(parts));
}

function removableOf(parts: Parts): RemovableDownload[] {
  const { store, watching } = parts;
  return visibleDownloads(parts)
    .filter((one) => !one.isPinned && one.state !== 'removing' && !watching.isOpen(one.videoId))
    .toSorted((a, b) => a.addedAtMs - b.addedAtMs)
    .map((status) => {
      const { titleName, episode } = downloadView(parts, status, null);
      const kept = {
        state: status.state,
        isExpired: isExpired(parts, status),
        viewings: viewingsOf(parts, status),
      };
      return {
        downloadId: status.downloadId,
        titleName,
        episode,
        sizeBytes: store.usedBytes(status.downloadId) + store.reservedBytes(status.downloadId),
        why: whyRemovable(kept),
      };
    })
    .filter(({ sizeBytes }) => sizeBytes > 0);
}
