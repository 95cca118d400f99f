import type { Clock } from '../shared/platform.ts';
import type { Bytes, Ms } from '../shared/units.ts';

/** Segments that were received whole and wait for the disk, while the next ones are fetched already. */
export interface Backlog {
  /** `commit` makes this one durable; it is called soon. */
  add(sizeBytes: Bytes, commit: () => Promise<void>): void;
  /** Resolves when more may be received. */
  room(): Promise<void>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

/** A sync and a transaction cost the same for one segment as for a hundred. */
const GATHER_MS: Ms = 250;

/** `mostBytes`: about what a power cut can take. `onError`: the disk did not take one; called for each. */
export function createBacklog(clock: Clock, mostBytes: Bytes, onError: (error: unknown) => void): Backlog {
  let gathered: (() => void)[] = [];
  let gatheredBytes = 0;
  let waitingBytes = 0;
  let waiting = 0;
  let goesAtMs = -Infinity;
  let timer: AbortController | undefined;
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
  function go(): void {
    timer?.abort();
    timer = undefined;
    goesAtMs = clock.monotonic() + GATHER_MS;
    const group = gathered;
    gathered = [];
    gatheredBytes = 0;
    for (const begin of group) begin();
  }
  function goSoon(): void {
    if (timer) return;
    timer = new AbortController();
    clock.sleep(goesAtMs - clock.monotonic(), timer.signal).then(go, () => undefined);
  }

  return {
    add(sizeBytes, commit) {
      waitingBytes += sizeBytes;
      gatheredBytes += sizeBytes;
      waiting += 1;
      gathered.push(
        () =>
          void commit()
            .catch(onError)
            .finally(() => settled(sizeBytes)),
      );
      // The first after a while goes at once: a slow link brings one now and then.
      if (clock.monotonic() >= goesAtMs || gatheredBytes >= mostBytes / 2) go();
      else goSoon();
    },
    room: () => until(() => waitingBytes < mostBytes),
    idle() {
      go();
      return until(() => waiting === 0);
    },
  };
}
