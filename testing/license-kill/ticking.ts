/**
 * Watches a second of one video at a time, a minute apart, and says what it is about to record and what it has recorded, until it
 * is killed: `ticking.ts FOLDER NOW_MS`.
 */
import { z } from 'zod';
import { openDatabase } from '../../src/database/open.ts';
import { licenseMigrations } from '../../src/license/licenses.ts';
import { MINUTE_MS } from '../../src/shared/units.ts';
import { createFakeClock } from '../fake-clock.ts';
import { createRecordingLog } from '../recording-log.ts';
import { openHeldGrants } from './open.ts';

const [folder, nowMs] = z.tuple([z.string(), z.coerce.number()]).parse(process.argv.slice(2));
const log = createRecordingLog();
const { database } = openDatabase({ folder, migrations: licenseMigrations, log });
const clock = createFakeClock(nowMs);
const licenses = await openHeldGrants({ folder, database, clock, log });
if (licenses.held().length === 0) await licenses.acquire('v1', 'offline');
for (;;) {
  clock.advance(MINUTE_MS);
  process.stdout.write(`about ${clock.now()}\n`);
  const verdict = licenses.recordWatched('v1', 1);
  process.stdout.write(
    `recorded ${verdict.allowed ? (verdict.firstPlayAtMs ?? 'nothing') : verdict.reason}\n`,
  );
  // Whoever kills does so between any two of these.
  await new Promise((resolve) => setImmediate(resolve));
}
