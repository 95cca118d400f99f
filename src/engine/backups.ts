import type { Database } from '../database/types.ts';
import type { Clock } from '../shared/platform.ts';
import { HOUR_MS } from '../shared/units.ts';
import type { Background } from './background.ts';

/**
 * Copies the database at start, every hour, and when asked after what would hurt to lose; never two copies at
 * a time. Returns the way to ask.
 */
export function keepBackups(database: Database, clock: Clock, background: Background): () => void {
  let copying = false;
  let again = false;

  async function copy(): Promise<void> {
    copying = true;
    try {
      do {
        again = false;
        await database.backup();
      } while (again && !background.signal.aborted);
    } finally {
      copying = false;
    }
  }

  const soon = (): void => {
    if (copying) again = true;
    else background.run('backup', copy);
  };
  background.run('hourly-backup', async () => {
    for (;;) {
      soon();
      await clock.sleep(HOUR_MS, background.signal);
    }
  });
  return soon;
}
