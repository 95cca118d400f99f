import type { Log } from '../shared/platform.ts';
import type { StoreFolder } from './folder.ts';
import { headerDigestOf } from './header.ts';
import type { SegmentIndex } from './segment-index.ts';

/** So many files are looked at: one is proof enough, and some may be damaged. */
const MOST_LOOKED_AT = 8;

/**
 * A folder whose marker is gone, or in which a bit of it fell over, is still ours when a file lies in it with the
 * very header that the index knows, under whatever name: nobody else has its salt. Then the marker is written again. Says whether it was.
 */
export async function readopt(folder: StoreFolder, index: SegmentIndex, log: Log): Promise<boolean> {
  try {
    const known = new Set(
      index
        .tracks()
        .filter(({ isSound }) => isSound)
        .map(({ headerDigest }) => headerDigest.toString('hex')),
    );
    const isOurs = (await folder.trackIds())
      .slice(0, MOST_LOOKED_AT)
      .some((trackId) => known.has(headerDigestOf(folder.pathOf(trackId)).toString('hex')));
    if (!isOurs) return false;
    await folder.make();
    log.warn('store/marker-rewritten', { folder: folder.folder });
    return true;
  } catch {
    // Not there, or not to be read or written just now: absent for whoever asked.
    return false;
  }
}
