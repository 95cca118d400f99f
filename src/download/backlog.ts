import type { Bytes } from '../shared/units.ts';

/** Segments that were received whole and wait for the disk, while the next ones are fetched already. */
export interface Backlog {
  /** `stored`: settles once this one is durable. */
  add(sizeBytes: Bytes, stored: Promise<void>): void;
  /** Resolves when more may be received. */
  room(): Promise<void>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

/** `onError`: the disk did not take one; called for each. */
export function createBacklog(mostBytes: Bytes, onError: (error: unknown) => void): Backlog {
  let waitingBytes = 0;
  let waiting = 0;
  let change = Promise.withResolvers<void>();

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await change.promise;
  }
  function settled(sizeBytes: Bytes): void {
    waitingBytes -= sizeBytes;
    waiting -= 1;
    change.resolve();
    change = Promise.withResolvers();
  }

  return {
    add(sizeBytes, stored) {
      waitingBytes += sizeBytes;
      waiting += 1;
      void stored.catch(onError).finally(() => settled(sizeBytes));
    },
    room: () => until(() => waitingBytes < mostBytes),
    idle: () => until(() => waiting === 0),
  };
}
