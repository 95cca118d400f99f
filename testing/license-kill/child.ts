/** Watches a little of one video, says so, and waits to be killed: `child.ts FOLDER SECONDS NOW_MS`. */
import path from 'node:path';
import { z } from 'zod';
import { licenseMigrations } from '../../src/license/licenses.ts';
import { createFakeClock } from '../fake-clock.ts';
import { openPlainDatabase } from '../plain-database.ts';
import { createRecordingLog } from '../recording-log.ts';
import { openHeldGrants } from './open.ts';

const Arguments = z.tuple([z.string(), z.coerce.number(), z.coerce.number()]);
const [folder, watchedSeconds, nowMs] = Arguments.parse(process.argv.slice(2));
const database = openPlainDatabase(licenseMigrations, path.join(folder, 'layover.db'));
const clock = createFakeClock(nowMs);
const licenses = await openHeldGrants({ folder, database, clock, log: createRecordingLog() });
if (licenses.held().length === 0) await licenses.acquire('v1', 'offline');
const verdict = licenses.recordWatched('v1', watchedSeconds);
process.stdout.write(`recorded ${verdict.allowed ? verdict.firstPlayAtMs : verdict.reason}\n`);
setInterval(() => {}, 60_000);
