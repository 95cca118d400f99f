import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { LayoverError } from '../shared/errors.ts';
import { createExtents } from './extents.ts';
import type { Extent, Extents } from './extents.ts';

/** One sealed file in use: its handles, its map, and who is at work on it. */
export interface TrackFile {
  readonly track: number;
  readonly trackId: string;
  /** One more holder; `release` gives it up, and the last one closes the file once work on it has ended. */
  acquire(): void;
  release(): void;
  /** Runs work that needs the file. Throws `store/missing` once it is retired. */
  use<T>(work: () => Promise<T>): Promise<T>;
  /** While there are readers no record's place is given to another. */
  beginRead(): void;
  endRead(): void;
  /** Handles are opened when first needed: a read-only folder can still be read. */
  reader(): Promise<FileHandle>;
  writer(): Promise<FileHandle>;
  reserve(length: number): Extent;
  /** The place of a record that was replaced. */
  free(extent: Extent): void;
  /** The place of a record that never came to be; cuts the file where it was the last. */
  abandon(extent: Extent): Promise<void>;
  /** Lets work in hand end, refuses more, closes. */
  retire(): Promise<void>;
}

export function createTrackFile(options: {
  track: number;
  trackId: string;
  path: string;
  start: number;
  /** Records that the index knows, read when the first is to be written. */
  taken: () => Extent[];
  /** From now on the file is to be opened anew. */
  onRetired: () => void;
}): TrackFile {
  const { track, trackId } = options;
  const reading = lazyHandle(options.path, 'r');
  const writing = lazyHandle(options.path, 'r+');
  let holders = 0;
  let atWork = 0;
  let readers = 0;
  let retired = false;
  let map: Extents | undefined;
  let closing: Promise<void> | undefined;
  let idle: (() => void) | undefined;

  const extents = () => (map ??= createExtents(options.start, options.taken()));

  function close(): Promise<void> {
    closing ??= Promise.all([reading.close(), writing.close()]).then(() => undefined);
    return closing;
  }

  function settle(): void {
    if (atWork > 0) return;
    idle?.();
    if (holders === 0 && !retired) {
      retired = true;
      options.onRetired();
      // What a failed close of a synced file leaves is a handle, which ends with the process.
      close().catch(() => undefined);
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
    async use(work) {
      if (retired) throw new LayoverError('store/missing', { trackId });
      atWork += 1;
      try {
        return await work();
      } finally {
        atWork -= 1;
        settle();
      }
    },
    beginRead: () => void (readers += 1),
    endRead: () => void (readers -= 1),
    reader: reading.get,
    writer: writing.get,
    reserve: (length) => ({ offset: extents().reserve(length), length }),
    free(extent) {
      // With readers it is left as it is: the next start finds the hole again from the index.
      if (readers === 0) extents().release(extent);
    },
    async abandon(extent) {
      const handle = await writing.get().catch(() => undefined);
      const before = extents().end();
      extents().release(extent);
      // In the same turn as the release: nobody can have been given the part that is cut off.
      if (handle && extents().end() < before) fs.ftruncateSync(handle.fd, extents().end());
    },
    async retire() {
      retired = true;
      options.onRetired();
      if (atWork > 0) await new Promise<void>((resolve) => (idle = resolve));
      await close();
    },
  };
}

function lazyHandle(path: string, flags: string) {
  let opening: Promise<FileHandle> | undefined;
  return {
    get(): Promise<FileHandle> {
      opening ??= fs.promises.open(path, flags).catch((thrown: unknown) => {
        opening = undefined;
        throw thrown;
      });
      return opening;
    },
    async close(): Promise<void> {
      const handle = await opening?.catch(() => undefined);
      opening = undefined;
      await handle?.close();
    },
  };
}
