/** Watches a little of one video, says so, and waits to be killed: `child.ts FOLDER SECONDS NOW_MS`. */
import { z } from 'zod';
import { openDatabase } from '../../src/database/open.ts';
import { licenseMigrations } from '../../src/license/licenses.ts';
import { createFakeClock } from '../fake-clock.ts';
import { createRecordingLog } from '../recording-log.ts';
import { openHeldGrants } from './open.ts';

const Arguments = z.tuple([z.string(), z.coerce.number(), z.coerce.number()]);
const [folder, watchedSeconds, nowMs] = Arguments.parse(process.argv.slice(2));
const log = createRecordingLog();
const { database } = openDatabase({ folder, migrations: licenseMigrations, log });
const clock = createFakeClock(nowMs);
const licenses = await openHeldGrants({ folder, database, clock, log });
if (licenses.held().length === 0) await licenses.acquire('v1', 'offline');
const verdict = licenses.recordWatched('v1', watchedSeconds);
process.stdout.write(`recorded ${verdict.allowed ? verdict.firstPlayAtMs : verdict.reason}\n`);
setInterval(() => {}, 60_000);
