import type { Log } from '../shared/platform.ts';
import { codeOf } from '../database/sqlite-errors.ts';
import { isLayoverError, LayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';
import { copyParts } from './copy-track.ts';
import type { CopyParts } from './copy-track.ts';
import { diskError, isGone, writeError } from './disk-error.ts';
import type { Extent } from './extents.ts';
import type { StoreFolder } from './folder.ts';
import { HEADER_BYTES } from './format.ts';
import { readHeader } from './header.ts';
import { partExtent } from './part-rows.ts';
import type { PlaceRows } from './place-rows.ts';
import type { Reservations } from './reservations.ts';
import { extentOf } from './segment-index.ts';
import type { SegmentIndex } from './segment-index.ts';
import type { TrackRow } from './track-index.ts';
import type { MoveOptions } from './types.ts';

export interface MoveParts {
  readonly from: StoreFolder;
  /** With a `placeId` of its own. */
  readonly to: StoreFolder & { readonly placeId: string };
  readonly index: SegmentIndex;
  readonly rows: PlaceRows;
  readonly reservations: Reservations;
  readonly log: Log;
  readonly signal: AbortSignal;
  noise(): Uint8Array;
  /** No track is made, removed or swept meanwhile. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** Lets puts under way end and makes new ones wait until the function that it gives is called. */
  holdWrites(): Promise<() => void>;
  /** Records in the making: what is written of them goes along, and their writers go on in the new place. */
  unfinishedOf(row: TrackRow): Extent[];
  /** From now on everybody looks for files in `to`. */
  onSwitched(): void;
  /** A copy of the database that knows of the new place: the one before would send us to the old. */
  backUp(): Promise<void>;
}

/** Few enough to be copied while nobody may write. */
const FEW_SEGMENTS = 16;
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Copies, verifies, switches, deletes: see `StorePlace.move`. What is put meanwhile is noted, and copied again
 * until little is left; that last part is copied while puts wait.
 */
export async function moveStore(
  parts: MoveParts,
  { pace = nextTurn, onProgress }: MoveOptions,
): Promise<void> {
  const { from, to, index, rows, signal } = parts;
  /** Tracks that were copied, each with the segments that were put since. */
  const copied = new Map<number, Set<number>>();
  let doneBytes = 0;
  const copying: CopyParts = {
    signal,
    pace,
    onDone(sizeBytes: Bytes) {
      doneBytes += sizeBytes;
      // Each byte is written, and read back.
      const movedBytes = Math.floor(doneBytes / 2);
      onProgress?.({ movedBytes, totalBytes: Math.max(movedBytes, index.usedBytes()) });
    },
    readError: (thrown) => diskError(thrown, { ...at(from), isPresent: from.isPresentNow }),
    writeError: (thrown) => targetError(thrown, to),
  };
  const stopNoting = index.onPut((row) => copied.get(row.track)?.add(row.index));

  async function copyNew(): Promise<number> {
    const fresh = index.tracks().filter((row) => row.isSound && !copied.has(row.track));
    for (const row of fresh) {
      // Noted from before its segments are listed: one that is put in between is copied twice, not never.
      copied.set(row.track, new Set());
      const records = [
        ...index.segments(row.track).map(extentOf),
        ...index.parts.all(row.track).map(partExtent),
      ];
      await copyTrack(row, [{ offset: 0, length: HEADER_BYTES }, ...records], copying);
    }
    return fresh.length;
  }

  async function copyChanged(how: CopyParts): Promise<void> {
    for (const row of index.tracks()) {
      const changed = [...(copied.get(row.track) ?? [])];
      if (changed.length === 0) continue;
      copied.set(row.track, new Set());
      const records = changed.flatMap((segment) => index.segment(row.track, segment) ?? []).map(extentOf);
      const kept = changed.flatMap((segment) => index.parts.of(row.track, segment) ?? []).map(partExtent);
      await copyTrack(row, [...records, ...kept], how);
    }
  }

  async function copyUnfinished(how: CopyParts): Promise<void> {
    for (const row of index.tracks()) {
      const extents = parts.unfinishedOf(row);
      if (extents.length > 0) await copyTrack(row, extents, how);
    }
  }

  async function copyTrack(row: TrackRow, extents: Extent[], how: CopyParts): Promise<void> {
    try {
      await copyParts(from.pathOf(row.trackId), to.pathOf(row.trackId), extents, how);
    } catch (thrown) {
      // Removed while it was copied, or gone before: there is nothing to move, and the sweep says so.
      if (!(thrown instanceof LayoverError && thrown.code === 'store/missing')) throw thrown;
      parts.log.warn('store/not-moved', { trackId: row.trackId });
    }
  }

  const changedSegments = () => [...copied.values()].reduce((sum, segments) => sum + segments.size, 0);

  /** False: a track was made meanwhile. */
  const finish = () =>
    parts.exclusive(async () => {
      if (index.tracks().some((row) => row.isSound && !copied.has(row.track))) return false;
      await checkTarget(parts);
      const letGo = await parts.holdWrites();
      try {
        // Others wait for this: no more pauses.
        const atOnce = { ...copying, pace: async () => {} };
        await copyChanged(atOnce);
        await copyUnfinished(atOnce);
        await parts.reservations
          .allocateIn(to.pathOf)
          .then(to.sync)
          .catch((thrown: unknown) => {
            throw copying.writeError(thrown);
          });
        signal.throwIfAborted();
        rows.switchPlace(from, to);
        parts.onSwitched();
      } finally {
        letGo();
      }
      return true;
    });

  let wasMade = false;
  try {
    rows.addLeftover(to);
    wasMade = await to.make().catch((thrown: unknown) => {
      throw copying.writeError(thrown);
    });
    onProgress?.({ movedBytes: 0, totalBytes: index.usedBytes() });
    do {
      while ((await copyNew()) > 0);
      while (changedSegments() > FEW_SEGMENTS) await copyChanged(copying);
      signal.throwIfAborted();
    } while (!(await finish()));
  } catch (thrown) {
    stopNoting();
    await clearPlace(to, parts, wasMade);
    throw thrown;
  }
  stopNoting();
  await parts.backUp().catch((thrown: unknown) => {
    parts.log.warn('store/not-backed-up', { reason: codeOf(thrown) });
  });
  await clearPlace(from, parts, true);
}

/** Files of tracks that were removed meanwhile go; all others are there, with their own headers. */
async function checkTarget({ from, to, index, noise }: MoveParts): Promise<void> {
  if (!(await to.isPresent())) throw new LayoverError('store/place-gone', { folder: to.folder });
  const known = new Map(index.tracks().map((row) => [row.trackId, row]));
  for (const trackId of await to.trackIds()) if (!known.has(trackId)) await to.erase(trackId, noise());
  for (const row of known.values()) {
    await nextTurn();
    if (!row.isSound || !isWhole(from, row)) continue;
    if (isWhole(to, row)) continue;
    throw new LayoverError(to.isPresentNow() ? 'store/place-failing' : 'store/place-gone', {
      folder: to.folder,
    });
  }
}

function isWhole(folder: StoreFolder, row: TrackRow): boolean {
  try {
    return readHeader(folder.pathOf(row.trackId), row.headerDigest) === 'ok';
  } catch {
    return false;
  }
}

/**
 * Erases our files in a folder that the store does not lie in, and forgets it. One that cannot be reached is
 * remembered: the next sweep tries again.
 */
export async function clearPlace(
  place: StoreFolder,
  parts: { rows: PlaceRows; log: Log; noise(): Uint8Array },
  removeFolder: boolean,
): Promise<void> {
  try {
    // Without our marker nothing in it is ours; a drive that is away may come back with copies on it.
    if (await place.isPresent()) {
      for (const trackId of await place.trackIds()) await place.erase(trackId, parts.noise());
      await place.unmake(removeFolder);
    } else await place.trackIds();
    parts.rows.dropLeftover(place.folder);
  } catch (thrown) {
    if (isGone(thrown)) return;
    parts.log.warn('store/place-not-cleared', { folder: place.folder, reason: codeOf(thrown) });
  }
}

const at = ({ folder }: StoreFolder) => ({ folder, neededBytes: 1 });

/** Of the new place: what the register says of the drive with the downloads would be about the wrong one. */
function targetError(thrown: unknown, to: StoreFolder): unknown {
  const said = writeError(thrown, { ...at(to), isPresent: to.isPresentNow });
  if (!isLayoverError(said, 'store/absent', 'store/unreadable', 'store/missing')) return said;
  const { details, cause } = said;
  const code = said.code === 'store/absent' ? 'store/place-gone' : 'store/place-failing';
  return new LayoverError(code, details, { cause });
}
