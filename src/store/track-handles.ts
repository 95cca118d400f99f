import fs from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Bytes } from '../shared/units.ts';

export type Handle = FileHandle;

/** The two handles of a sealed file, opened when first asked for. */
export interface TrackHandles {
  reader(): Promise<Handle>;
  writer(): Promise<Handle>;
  /** Handles that were given out stay open until the function that it gives is called. */
  use(): () => void;
  /** Opens anew from now on; the old handles are closed once nobody uses them. */
  renew(): void;
  close(): Promise<void>;
}

/** `path` is asked each time that the file is opened. */
export function createTrackHandles(path: () => string): TrackHandles {
  let now = openings(path);
  return {
    reader: () => now.reading.get(),
    writer: () => now.writing.get(),
    use() {
      const used = now;
      used.users += 1;
      return () => {
        used.users -= 1;
        if (used.users === 0 && used !== now) void used.close();
      };
    },
    renew() {
      const old = now;
      now = openings(path);
      if (old.users === 0) void old.close();
    },
    close: () => now.close(),
  };
}

function openings(path: () => string) {
  const reading = lazyHandle(path, 'r');
  const writing = lazyHandle(path, 'r+');
  return {
    reading,
    writing,
    users: 0,
    close: () => Promise.all([reading.close(), writing.close()]).then(() => undefined),
  };
}

function lazyHandle(path: () => string, flags: string) {
  let opening: Promise<FileHandle> | undefined;
  return {
    get(): Promise<FileHandle> {
      opening ??= fs.promises.open(path(), flags).catch((thrown: unknown) => {
        opening = undefined;
        throw thrown;
      });
      return opening;
    },
    /** What was written was synced before: a close that fails, on a drive that is gone, loses nothing. */
    async close(): Promise<void> {
      const handle = await opening?.catch(() => undefined);
      opening = undefined;
      await handle?.close().catch(() => undefined);
    },
  };
}

/** Reads so many bytes, fewer only where the file ends; gives how many. */
export async function readUpTo(handle: Handle, into: Buffer, length: Bytes, position: Bytes): Promise<Bytes> {
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(into, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}
