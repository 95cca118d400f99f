import type { Clock } from '../../src/shared/platform.ts';
import type { Ms } from '../../src/shared/units.ts';

/** How long nothing at all must have happened, in real time, before the clock may go on. */
const QUIET_MS = 4;
/** And so many turns of the event loop: one that was busy for long has not listened. */
const QUIET_TURNS = 30;

export interface EagerClock extends Clock {
  /** No time passes until this has settled: work of a thread that nobody here would see. */
  hold<T>(work: Promise<T>): Promise<T>;
  /** Sets it forward at once, as a night's sleep of the machine does. */
  advance(ms: Ms): void;
  /**
   * Lets time pass until something is so: the clock stands still while anything moves, and goes straight to
   * the next sleeper's hour when nothing does. Throws after `mostMs` of its own time.
   */
  passUntil(condition: () => boolean | Promise<boolean>, what: string, mostMs?: Ms): Promise<void>;
}

/**
 * A clock for engine and service alike in one process: waits of minutes take none, and what is under way
 * never looks too slow, however slow this machine is. `traffic` changes whenever something moves.
 */
export function createEagerClock(traffic: () => number): EagerClock {
  let wall = Date.now();
  let monotonic = 0;
  const asleep = new Set<{ untilMs: Ms; wake: () => void }>();
  let held = 0;

  function advance(ms: Ms): void {
    wall += ms;
    monotonic += ms;
    for (const sleeper of [...asleep].sort((a, b) => a.untilMs - b.untilMs))
      if (sleeper.untilMs <= monotonic) sleeper.wake();
  }

  return {
    now: () => Math.floor(wall),
    monotonic: () => monotonic,
    advance,
    hold(work) {
      held += 1;
      return work.finally(() => (held -= 1));
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const onAbort = () => {
          asleep.delete(sleeper);
          reject(signal?.reason as Error);
        };
        const sleeper = {
          untilMs: monotonic + ms,
          wake: () => {
            asleep.delete(sleeper);
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        asleep.add(sleeper);
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    async passUntil(condition, what, mostMs = 6 * 3_600_000) {
      const endsAtMs = monotonic + mostMs;
      let seen = traffic();
      let quietSince = performance.now();
      let turns = 0;
      const moved = () => {
        quietSince = performance.now();
        turns = 0;
      };
      while (!(await condition())) {
        await new Promise((resolve) => setImmediate(resolve));
        const now = traffic();
        if (now !== seen || held > 0 || isDiskBusy()) {
          seen = now;
          moved();
        } else if ((turns += 1) > QUIET_TURNS && performance.now() - quietSince > QUIET_MS) {
          if (monotonic > endsAtMs) throw new Error(`never came: ${what}`);
          const next = Math.min(...[...asleep].map(({ untilMs }) => untilMs), monotonic + 60_000);
          advance(Math.max(1, next - monotonic));
          moved();
        }
      }
    },
  };
}

/** Files being read, written or synced: that is work under way and not silence. */
function isDiskBusy(): boolean {
  return process
    .getActiveResourcesInfo()
    .some((name) => /^(FSReq|TCPConnect|WriteWrap|ShutdownWrap)/.test(name));
}
