import fs from 'node:fs';
import { LayoverError } from '../shared/errors.ts';
import { isDriveError } from './disk-error.ts';
import { createExtents } from './extents.ts';
import type { Extent, Extents } from './extents.ts';
import { createTrackHandles } from './track-handles.ts';
import type { Handle } from './track-handles.ts';

/** One sealed file in use: its handles, its map, and who is at work on it. */
export interface TrackFile {
  readonly track: number;
  readonly trackId: string;
  /** One more holder; `release` gives it up, and the last one closes the file once work on it has ended. */
  acquire(): void;
  release(): void;
  /** Runs work that needs the file. Throws `store/missing` once it is retired. */
  use<T>(work: () => Promise<T>): Promise<T>;
  /** As `use`, for work that changes the file: it waits while writes are held. */
  useForWriting<T>(work: () => Promise<T>): Promise<T>;
  /** Lets writes under way end, and makes new ones wait until the function that it gives is called. */
  holdWrites(): Promise<() => void>;
  /** From now on the file is opened anew: it lies elsewhere, or its drive was away. */
  renewHandles(): void;
  /** While there are readers no record's place is given to another. */
  beginRead(): void;
  endRead(): void;
  /** Handles are opened when first needed: a read-only folder can still be read. */
  reader(): Promise<Handle>;
  writer(): Promise<Handle>;
  /** A place for a record in the making, until it is `indexed` or abandoned. */
  reserve(length: number): Extent;
  /** The index names it from now on. */
  indexed(extent: Extent): void;
  /** Places of records in the making: no index knows them, and a copy of the file needs them too. */
  unfinished(): Extent[];
  /** The place of a record that was replaced. */
  free(extent: Extent): void;
  /** The place of a record that never came to be; cuts the file where it was the last. */
  abandon(extent: Extent): Promise<void>;
  /** Nothing lies in the file from here on, not even a record in the making. */
  end(): number;
  /** Lets work in hand end, refuses more, closes. */
  retire(): Promise<void>;
}

export function createTrackFile(options: {
  track: number;
  trackId: string;
  /** Asked whenever the file is opened: the store may have moved. */
  path: () => string;
  start: number;
  /** Records that the index knows, read when the first is to be written. */
  taken: () => Extent[];
  /** Space behind the last record belongs to what is still to come: the file is not cut. */
  isReserved: () => boolean;
  /** From now on the file is to be opened anew. */
  onRetired: () => void;
}): TrackFile {
  const { track, trackId } = options;
  const handles = createTrackHandles(options.path);
  let holders = 0;
  let atWork = 0;
  let writing = 0;
  let readers = 0;
  let retired = false;
  let map: Extents | undefined;
  let idle: (() => void) | undefined;
  let held: Promise<void> | undefined;
  let noWrites: (() => void) | undefined;
  const making = new Set<Extent>();

  const extents = () => (map ??= createExtents(options.start, options.taken()));

  function settle(): void {
    if (atWork > 0) return;
    idle?.();
    if (holders === 0 && !retired) {
      retired = true;
      options.onRetired();
      // What a failed close of a synced file leaves is a handle, which ends with the process.
      handles.close().catch(() => undefined);
    }
  }

  async function use<T>(work: () => Promise<T>): Promise<T> {
    if (retired) throw new LayoverError('store/missing', { trackId });
    atWork += 1;
    const done = handles.use();
    try {
      return await work();
    } catch (thrown) {
      // A handle of a drive that went away stays dead when the drive comes back.
      if (isDriveError(thrown)) handles.renew();
      throw thrown;
    } finally {
      done();
      atWork -= 1;
      settle();
    }
  }

  return {
    track,
    trackId,
    acquire: () => void (holders += 1),
    release() {
      holders -= 1;
      settle();
    },
    use,
    async useForWriting(work) {
      while (held) await held;
      writing += 1;
      try {
        return await use(work);
      } finally {
        writing -= 1;
        if (writing === 0) noWrites?.();
      }
    },
    async holdWrites() {
      while (held) await held;
      let letGo = () => {};
      held = new Promise((resolve) => {
        letGo = () => {
          held = undefined;
          resolve();
        };
      });
      if (writing > 0) await new Promise<void>((resolve) => (noWrites = resolve));
      noWrites = undefined;
      return letGo;
    },
    renewHandles: () => handles.renew(),
    beginRead: () => void (readers += 1),
    endRead: () => void (readers -= 1),
    reader: () => handles.reader(),
    writer: () => handles.writer(),
    reserve(length) {
      const extent = { offset: extents().reserve(length), length };
      making.add(extent);
      return extent;
    },
    indexed: (extent) => void making.delete(extent),
    unfinished: () => [...making],
    free(extent) {
      // With readers it is left as it is: the next start finds the hole again from the index.
      if (readers === 0) extents().release(extent);
    },
    async abandon(extent) {
      const handle = await handles.writer().catch(() => undefined);
      making.delete(extent);
      const before = extents().end();
      extents().release(extent);
      // In the same turn as the release: nobody can have been given the part that is cut off.
      if (handle && extents().end() < before && !options.isReserved())
        fs.ftruncateSync(handle.fd, extents().end());
    },
    end: () => extents().end(),
    async retire() {
      retired = true;
      options.onRetired();
      if (atWork > 0) await new Promise<void>((resolve) => (idle = resolve));
      await handles.close();
    },
  };
}
