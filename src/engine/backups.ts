import type { Database } from '../database/types.ts';
import type { Clock, Log } from '../shared/platform.ts';
import { HOUR_MS } from '../shared/units.ts';

/** Copies the database at start, every hour, and after what would hurt to lose; never two copies at a time. */
export function createBackups({ database, clock, log }: { database: Database; clock: Clock; log: Log }) {
  const stopped = new AbortController();
  let running: Promise<void> | undefined;
  let again = false;

  async function copy(): Promise<void> {
    do {
      again = false;
      await database
        .backup()
        .catch((thrown: unknown) => log.warn('backup.failed', { reason: String(thrown) }));
    } while (again && !stopped.signal.aborted);
  }

  function soon(): void {
    if (running) again = true;
    else running = copy().finally(() => (running = undefined));
  }

  async function everyHour(): Promise<void> {
    for (;;) {
      soon();
      await clock.sleep(HOUR_MS, stopped.signal);
    }
  }
  everyHour().catch(() => undefined);

  return {
    soon,
    async stop(): Promise<void> {
      stopped.abort();
      await running;
    },
  };
}
