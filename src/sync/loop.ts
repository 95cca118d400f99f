import { asLayoverError } from '../shared/errors.ts';
import type { Clock, Log } from '../shared/platform.ts';
import { MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import type { SyncReport } from './sync.ts';

interface LoopOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly exchange: () => Promise<SyncReport>;
}

/** Clicks come in bursts: one request carries them all. */
export const GATHER_MS: Ms = 2 * SECOND_MS;
const FIRST_RETRY_MS: Ms = 2 * SECOND_MS;
const LONGEST_RETRY_MS: Ms = 5 * MINUTE_MS;

/**
 * When to speak with the service: soon after something was done, again with growing pauses while it cannot be
 * reached, at once when told that it is back. The only owner of retrying sync; never two exchanges at a time.
 */
export function createSyncLoop({ clock, log, exchange }: LoopOptions) {
  let running: Promise<SyncReport> | undefined;
  let pause: AbortController | undefined;
  let dueAtMs: Ms = Infinity;
  let retryMs = FIRST_RETRY_MS;
  let failing = false;
  let started = false;

  /** Now; joins an exchange that is under way. Throws the service's errors. */
  function now(): Promise<SyncReport> {
    running ??= exchange().finally(() => (running = undefined));
    return running;
  }

  function schedule(afterMs: Ms): void {
    pause?.abort();
    if (!started) return;
    dueAtMs = clock.monotonic() + afterMs;
    const mine = (pause = new AbortController());
    clock.sleep(afterMs, mine.signal).then(attempt, () => undefined);
  }

  async function attempt(): Promise<void> {
    pause = undefined;
    try {
      const { pending } = await now();
      retryMs = FIRST_RETRY_MS;
      failing = false;
      if (pending > 0 && !pause) schedule(GATHER_MS);
    } catch (thrown) {
      failing = true;
      const error = asLayoverError(thrown);
      log.info('sync.waits', { code: error.code, retryMs });
      if (error.retry === 'later') schedule(retryMs);
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
    }
  }

  return {
    now,
    start(): void {
      started = true;
      schedule(0);
    },
    /** Something waits to be sent, and may wait so long. Does not shorten the pause after a failure. */
    wake(withinMs: Ms): void {
      if (failing && pause) return;
      if (!pause || clock.monotonic() + withinMs < dueAtMs) schedule(withinMs);
    },
    /** The service can be reached again, or somebody signed in. */
    connected(): void {
      failing = false;
      retryMs = FIRST_RETRY_MS;
      schedule(0);
    },
    /** Resolves once nothing is under way. */
    async idle(): Promise<void> {
      await running?.catch(() => undefined);
    },
    stop(): void {
      started = false;
      pause?.abort();
      pause = undefined;
    },
  };
}
