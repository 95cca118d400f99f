import type { Clock } from '../src/shared/platform.ts';
import type { Ms } from '../src/shared/units.ts';

interface Sleeper {
  readonly atMs: Ms;
  wake(): void;
}

/** A Clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Time passes, on both clocks; who sleeps wakes in order, each before later ones. */
  advance(ms: Ms): Promise<void>;
  /** The wall clock is set by hand (either way); the monotonic one does not notice. */
  setWall(nowMs: Ms): void;
  /** How many sleep now. */
  sleepers(): number;
  /** When the next one wakes, in ms from now; undefined: nobody sleeps. */
  nextWakeInMs(): Ms | undefined;
}

/** Starts at 2027-01-01T00:00:00Z unless told otherwise. */
export function createFakeClock(startMs: Ms = Date.UTC(2027, 0, 1)): FakeClock {
  let wall = startMs;
  let monotonic = 0;
  const sleeping = new Set<Sleeper>();

  const earliest = () => [...sleeping].sort((a, b) => a.atMs - b.atMs)[0];
  /** One turn of the event loop: promises settle, sockets deliver what has come. */
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

  return {
    now: () => wall,
    monotonic: () => monotonic,
    sleep: (ms, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const abort = () => {
          sleeping.delete(sleeper);
          reject(signal?.reason as Error);
        };
        const sleeper: Sleeper = {
          atMs: monotonic + Math.max(0, ms),
          wake: () => {
            sleeping.delete(sleeper);
            signal?.removeEventListener('abort', abort);
            resolve();
          },
        };
        sleeping.add(sleeper);
        signal?.addEventListener('abort', abort, { once: true });
      }),
    async advance(ms) {
      const until = monotonic + ms;
      for (let next = earliest(); next && next.atMs <= until; next = earliest()) {
        wall += Math.max(0, next.atMs - monotonic);
        monotonic = Math.max(monotonic, next.atMs);
        next.wake();
        await turn();
      }
      wall += until - monotonic;
      monotonic = until;
      await turn();
    },
    setWall: (nowMs) => {
      wall = nowMs;
    },
    sleepers: () => sleeping.size,
    nextWakeInMs: () => {
      const next = earliest();
      return next && Math.max(0, next.atMs - monotonic);
    },
  };
}

/** Waits, over turns of the event loop, until something is so: never for time. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve));
}
