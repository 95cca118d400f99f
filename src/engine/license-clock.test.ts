import { expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { openPlainDatabase } from '../../testing/plain-database.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { createTrustedTime, trustedTimeMigration } from '../license/trusted-time.ts';
import { DAY_MS, HOUR_MS } from '../shared/units.ts';
import { licenseClock } from './license-clock.ts';

test('says what is known of the time, through a clock that is set, and set right', () => {
  const clock = createFakeClock();
  const database = openPlainDatabase([trustedTimeMigration]);
  const time = createTrustedTime({ database, clock, log: createRecordingLog() });
  const right = clock.now();
  const now = () => licenseClock(time, heardAtMs);
  let heardAtMs: number | null = null;
  expect(now()).toEqual({
    nowMs: right,
    machineMs: right,
    driftMs: 0,
    lastHeardAtMs: null,
    state: 'unheard',
  });
  heardAtMs = right;
  expect(now()).toMatchObject({ state: 'agrees', lastHeardAtMs: right });

  clock.setWall(right - HOUR_MS);
  expect(now()).toMatchObject({ state: 'behind', driftMs: -HOUR_MS, nowMs: right });

  clock.setWall(right + DAY_MS);
  expect(now(), 'believed until the service is heard').toMatchObject({ nowMs: right + DAY_MS, driftMs: 0 });
  time.observeServiceTime(right);
  expect(now()).toMatchObject({ state: 'corrected', nowMs: right, driftMs: DAY_MS });
  clock.setWall(right);
  expect(now()).toMatchObject({ state: 'agrees', driftMs: 0 });
});
