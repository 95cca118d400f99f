import path from 'node:path';
import { LayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';
import { createStoreFolder } from './folder.ts';
import type { StoreFolder } from './folder.ts';
import { clearPlace, moveStore } from './move.ts';
import type { MoveParts } from './move.ts';
import { inspectPlace } from './place.ts';
import type { MoveOptions, PlaceReport } from './types.ts';

const PLACE_ID_BYTES = 16;

export interface MoverParts extends Omit<MoveParts, 'from' | 'to' | 'signal' | 'onSwitched'> {
  here(): StoreFolder;
  random(sizeBytes: Bytes): Uint8Array;
  onSwitched(to: StoreFolder): void;
}

/** The one move that may be under way, and what earlier ones left behind. */
export function createMover(parts: MoverParts) {
  const { rows, index, reservations } = parts;
  let target: StoreFolder | undefined;
  let under: Promise<void> | undefined;
  const ending = new AbortController();

  const inspect = (folder: string): Promise<PlaceReport> =>
    inspectPlace(parts.here().folder, folder, rows.leftovers(), index.usedBytes() + reservations.leftBytes());

  async function clear(which: (folder: string) => boolean): Promise<void> {
    for (const { folder, placeId } of rows.leftovers())
      if (folder !== target?.folder && which(folder))
        await clearPlace(createStoreFolder(folder, placeId), parts, false);
  }

  async function run(folder: string, options: MoveOptions): Promise<void> {
    const from = parts.here();
    if (index.hasTracks() && !(await from.isPresent()))
      throw new LayoverError('store/absent', { folder: from.folder });
    const first = await inspect(folder);
    if (first.isCurrent) return;
    if (first.problem) throw first.problem;
    // Copies of our own that an earlier move left there: they count as nothing only once they are gone.
    await clear((leftover) => path.resolve(leftover) === path.resolve(folder));
    const { problem } = await inspect(folder);
    if (problem) throw problem;
    const signal = AbortSignal.any([ending.signal, ...(options.signal ? [options.signal] : [])]);
    signal.throwIfAborted();
    const placeId = Buffer.from(parts.random(PLACE_ID_BYTES)).toString('hex');
    const to = { ...createStoreFolder(path.resolve(folder), placeId), placeId };
    target = to;
    await moveStore({ ...parts, from, to, signal, onSwitched: () => parts.onSwitched(to) }, options);
  }

  return {
    inspect,
    async move(folder: string, options: MoveOptions = {}): Promise<void> {
      if (under) throw new LayoverError('store/moving');
      under = run(folder, options).finally(() => {
        target = undefined;
        under = undefined;
      });
      await under;
    },
    /** What was removed goes from the copy too. */
    async eraseCopy(trackId: string): Promise<void> {
      if (target && target.folder !== parts.here().folder) await target.erase(trackId, parts.noise());
    },
    /** Erases what moves that were killed left behind, where it can be reached. */
    clearLeftovers: () => clear(() => true),
    async stop(): Promise<void> {
      ending.abort(new LayoverError('store/locked'));
      await under?.catch(() => undefined);
    },
  };
}
