import type { Clock } from '../../shared/platform.ts';
import { SECOND_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import type { Background } from '../background.ts';

const AT_MOST_EVERY_MS: Ms = SECOND_MS / 2;

/** Tells something at most so often, and always what came last. */
export function createTeller(clock: Clock, background: Background, tell: () => Promise<void>) {
  let isWaiting = false;
  let lastMs: Ms | undefined;

  function now(): void {
    lastMs = clock.monotonic();
    background.run('tell', tell);
  }

  return {
    now,
    /** Within so long of the last time. */
    soon(everyMs: Ms = AT_MOST_EVERY_MS): void {
      if (isWaiting) return;
      const leftMs = lastMs === undefined ? 0 : lastMs + everyMs - clock.monotonic();
      if (leftMs <= 0) return now();
      isWaiting = true;
      background.run('tell', async () => {
        try {
          await clock.sleep(leftMs, background.signal);
        } finally {
          isWaiting = false;
        }
        now();
      });
    },
  };
}
