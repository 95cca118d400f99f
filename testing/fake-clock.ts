import type { Clock, Uptime } from '../src/shared/platform.ts';
import type { Ms } from '../src/shared/units.ts';

export interface FakeClock extends Clock {
  /** Lets time pass: wall and monotonic clock together; sleepers whose time has come wake. */
  advance(ms: Ms): void;
  /** Somebody sets the machine's clock: only the wall clock moves, either way. */
  setWall(nowMs: Ms): void;
  /** The machine sleeps: the wall clock goes on, the monotonic one stands. `untold`: on a system that does not say so. */
  suspend(ms: Ms, how?: 'told' | 'untold'): void;
  /** The machine is off for so long, and starts again. */
  reboot(offMs: Ms): void;
  /** How many are asleep: lets a test wait until the code under test has gone to sleep. */
  readonly sleepers: number;
}

/** A clock that stands still until it is told otherwise. `uptime`: on a system that tells how long the machine has been on. */
export function createFakeClock(
  nowMs: Ms = Date.UTC(2026, 0, 5, 12),
  how: { uptime?: boolean } = {},
): FakeClock {
  let wall = nowMs;
  let monotonic = 0;
  let slept = 0;
  let on: Uptime = { boot: 'boot 1', ms: 0 };
  const asleep = new Set<{ until: Ms; wake: () => void }>();
  return {
    now: () => wall,
    monotonic: () => monotonic,
    slept: () => slept,
    uptime: how.uptime ? () => on : undefined,
    suspend(ms, told = 'told') {
      wall += ms;
      on = { ...on, ms: on.ms + ms };
      if (told === 'told') slept += ms;
    },
    reboot(offMs) {
      wall += offMs;
      on = { boot: `${on.boot}, restarted`, ms: 0 };
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const abort = () => {
          asleep.delete(sleeper);
          reject(signal?.reason as Error);
        };
        const sleeper = {
          until: monotonic + ms,
          wake: () => {
            asleep.delete(sleeper);
            signal?.removeEventListener('abort', abort);
            resolve();
          },
        };
        asleep.add(sleeper);
        signal?.addEventListener('abort', abort, { once: true });
      }),
    advance(ms) {
      wall += ms;
      monotonic += ms;
      on = { ...on, ms: on.ms + ms };
      for (const sleeper of [...asleep].sort((a, b) => a.until - b.until))
        if (sleeper.until <= monotonic) sleeper.wake();
    },
    setWall(to) {
      wall = to;
    },
    get sleepers() {
      return asleep.size;
    },
  };
}
