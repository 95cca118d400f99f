import type { Clock } from '../shared/platform.ts';
import type { Ms } from '../shared/units.ts';

/** The limit may become shorter while it sleeps, so it looks now and then: cheaper than a timer for each piece. */
const LOOK_MS: Ms = 500;

/** Without one, an error with a stack of its own is made at each end of a transfer. */
const ENOUGH = new Error('stopped');

/** Barks once when it was silent for too long. */
export interface Watchdog {
  /** Something came; now it may be silent for so long. Infinity: we are the ones who hold back. */
  progress(limitMs: Ms): void;
  stop(): void;
}

export function createWatchdog(clock: Clock, firstLimitMs: Ms, bark: () => void): Watchdog {
  const stopped = new AbortController();
  let barksAtMs = clock.monotonic() + firstLimitMs;
  const watch = async () => {
    for (let leftMs = firstLimitMs; leftMs > 0; leftMs = barksAtMs - clock.monotonic())
      await clock.sleep(Math.min(leftMs, LOOK_MS), stopped.signal);
    bark();
  };
  watch().catch(() => {});
  return {
    progress(limitMs) {
      barksAtMs = clock.monotonic() + limitMs;
    },
    stop() {
      stopped.abort(ENOUGH);
    },
  };
}
