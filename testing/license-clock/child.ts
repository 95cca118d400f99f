/**
 * Trusted time on the real clock of this process, asked a line at a time: `child.ts FOLDER`. "look" answers with the trusted
 * time, whether the clock is behind, and the verdict of the one video; "hear MS" hears the service's time first.
 */
import { createInterface } from 'node:readline';
import { openDatabase } from '../../src/database/open.ts';
import { licenseMigrations } from '../../src/license/licenses.ts';
import { createTrustedTime } from '../../src/license/trusted-time.ts';
import { createSystemClock } from '../../src/platform/clock.ts';
import { openHeldGrants } from '../license-kill/open.ts';
import { createRecordingLog } from '../recording-log.ts';

const [folder = ''] = process.argv.slice(2);
const log = createRecordingLog();
const clock = createSystemClock();
const { database } = openDatabase({ folder, migrations: licenseMigrations, log });
const trustedTime = createTrustedTime({ database, clock, log });
const licenses = await openHeldGrants({ folder, database, clock, log, trustedTime });
if (licenses.held().length === 0) await licenses.acquire('v1', 'offline');

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ms] = line.split(' ');
  if (command === 'hear') trustedTime.observeServiceTime(Number(ms));
  if (command === 'watch') licenses.recordWatched('v1', 10);
  const verdict = licenses.verdict('v1');
  const answer = {
    wallMs: clock.now(),
    nowMs: trustedTime.now(),
    isBehind: trustedTime.isClockBehind(),
    verdict: verdict.allowed ? 'allowed' : verdict.reason,
    zone: new Date(clock.now()).getTimezoneOffset(),
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
trustedTime.close();
database.close();
