import { beforeEach, expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import type { FakeClock } from '../../testing/fake-clock.ts';
import { openPlainDatabase } from '../../testing/plain-database.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import type { Database } from '../database/types.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../shared/units.ts';
import {
  clockLeapMigration,
  createTrustedTime,
  trustedTimeMigration,
  uptimeMigration,
} from './trusted-time.ts';

const start = Date.UTC(2026, 0, 5, 12);
let clock: FakeClock;
let database: Database;
const open = () => createTrustedTime({ database, clock, log: createRecordingLog() });
/** The machine was off: its clock went on or was set, the monotonic one began anew. */
const restartAt = (wallMs: number) => {
  clock = createFakeClock(wallMs);
  return open();
};

beforeEach(() => {
  clock = createFakeClock(start);
  database = openPlainDatabase([trustedTimeMigration, clockLeapMigration, uptimeMigration]);
});

test('follows the clock, and a clock that is set forward', () => {
  const time = open();
  clock.advance(1_000);
  expect(time.now()).toBe(start + 1_000);
  clock.setWall(start + DAY_MS);
  expect(time.now()).toBe(start + DAY_MS);
  expect(time.isClockBehind()).toBe(false);
});

test('a clock that is set back does not take time back: it goes on by the monotonic clock', () => {
  const time = open();
  clock.setWall(start - 30 * DAY_MS);
  clock.advance(HOUR_MS);
  expect(time.now()).toBe(start + HOUR_MS);
  expect(time.isClockBehind()).toBe(true);
  clock.setWall(start + HOUR_MS);
  expect(time.isClockBehind()).toBe(false);
});

test('a lag of five minutes is tolerated, one millisecond more is not', () => {
  const time = open();
  clock.setWall(start - 5 * MINUTE_MS);
  expect(time.isClockBehind()).toBe(false);
  clock.setWall(start - 5 * MINUTE_MS - 1);
  expect(time.isClockBehind()).toBe(true);
  expect(time.now()).toBe(start);
});

test('the floor outlives a restart', () => {
  const time = open();
  clock.advance(HOUR_MS);
  time.close();
  const later = restartAt(start - DAY_MS);
  expect(later.now()).toBe(start + HOUR_MS);
  expect(later.isClockBehind()).toBe(true);
});

test('a kill forgets at most thirty seconds', () => {
  const time = open();
  time.now();
  clock.advance(29_999);
  time.now();
  clock.advance(1);
  time.now();
  clock.advance(29_999);
  time.now();
  expect(restartAt(start - DAY_MS).now()).toBe(start + 30_000);
});

test('the service raises the floor; an answer that is a little late does not lower it', () => {
  const time = open();
  time.observeServiceTime(start + DAY_MS);
  expect(time.now()).toBe(start + DAY_MS);
  time.observeServiceTime(start + DAY_MS - 5 * MINUTE_MS);
  expect(time.now()).toBe(start + DAY_MS);
  clock.advance(MINUTE_MS);
  expect(time.now()).toBe(start + DAY_MS + MINUTE_MS);
});

test('online, a clock that is behind is corrected: it counts as right', () => {
  clock.setWall(start - 90 * DAY_MS);
  const time = open();
  time.observeServiceTime(start);
  expect(time.isClockBehind()).toBe(false);
  clock.advance(HOUR_MS);
  expect(time.now()).toBe(start + HOUR_MS);
});

test('the service takes back what a mad clock did, and the floor stays so over a restart', () => {
  const time = open();
  clock.setWall(start + 365 * DAY_MS);
  expect(time.now()).toBe(start + 365 * DAY_MS);
  clock.setWall(start);
  expect(time.isClockBehind()).toBe(true);
  time.observeServiceTime(start + 1_000);
  expect(time.now()).toBe(start + 1_000);
  expect(time.isClockBehind()).toBe(false);
  expect(restartAt(start + 2_000).now()).toBe(start + 2_000);
});

test('a clock that is still a year ahead does not undo what the service said', () => {
  clock.setWall(start + 365 * DAY_MS);
  const time = open();
  time.observeServiceTime(start);
  clock.advance(MINUTE_MS);
  expect(time.now()).toBe(start + MINUTE_MS);
  // Sleep: the monotonic clock stood still, the wall clock did not.
  clock.setWall(clock.now() + HOUR_MS);
  expect(time.now()).toBe(start + MINUTE_MS + HOUR_MS);
});

test('a clock that was years behind and is set right is not corrected twice', () => {
  clock.setWall(start - 2000 * DAY_MS);
  const time = open();
  time.observeServiceTime(start);
  clock.setWall(start + HOUR_MS);
  expect(time.now()).toBe(start + HOUR_MS);
  clock.advance(MINUTE_MS);
  expect(time.now()).toBe(start + HOUR_MS + MINUTE_MS);
  // Nor does the old correction excuse it when it goes wrong again.
  clock.setWall(start - 2000 * DAY_MS + 2 * HOUR_MS);
  expect(time.isClockBehind()).toBe(true);
});

test('a row that makes no sense is no floor', () => {
  database.sql.exec('INSERT INTO trusted_time (only_row, floor_ms) VALUES (1, -5)');
  expect(open().now()).toBe(start);
});

test('a database that cannot be written does not stop time', () => {
  const time = open();
  database.close();
  clock.advance(HOUR_MS);
  expect(time.now()).toBe(start + HOUR_MS);
});

test.each(['told', 'untold'] as const)('sleep and hibernation, %s: the clock went on', (how) => {
  const time = open();
  clock.suspend(9 * HOUR_MS, how);
  expect(time.now()).toBe(start + 9 * HOUR_MS);
  expect(time.isClockBehind()).toBe(false);
  clock.advance(MINUTE_MS);
  expect(time.now()).toBe(start + 9 * HOUR_MS + MINUTE_MS);
});

test('a clock that was set back during sleep is behind; what passed in sleep is known where the system tells', () => {
  const time = open();
  clock.suspend(10 * HOUR_MS);
  clock.setWall(start + 7 * HOUR_MS);
  expect(time.now()).toBe(start + 10 * HOUR_MS);
  expect(time.isClockBehind()).toBe(true);
  clock.setWall(start + 10 * HOUR_MS);
  expect(time.isClockBehind()).toBe(false);
});

test('a clock that was behind before it slept is behind afterwards', () => {
  const time = open();
  clock.setWall(start - 3 * HOUR_MS);
  clock.suspend(10 * HOUR_MS);
  expect(time.now()).toBe(start + 10 * HOUR_MS);
  expect(time.isClockBehind()).toBe(true);
});

test('where the system does not tell, what passed in sleep is not made up', () => {
  const time = open();
  clock.suspend(10 * HOUR_MS, 'untold');
  clock.setWall(start - 2 * HOUR_MS);
  expect(time.now()).toBe(start);
  expect(time.isClockBehind()).toBe(true);
  time.observeServiceTime(start + 8 * HOUR_MS);
  expect(time.now()).toBe(start + 8 * HOUR_MS);
  expect(time.isClockBehind()).toBe(false);
});

test.each([
  ['1970, an empty battery', 0],
  ['2099', Date.UTC(2099, 0, 1)],
])('a clock years off at the first start is set right by the service: %s', (_when, wallMs) => {
  clock = createFakeClock(wallMs);
  const time = open();
  expect(time.now()).toBe(wallMs);
  time.observeServiceTime(start);
  expect(time.now()).toBe(start);
  clock.advance(HOUR_MS);
  expect(time.now()).toBe(start + HOUR_MS);
  expect(time.isClockBehind()).toBe(false);
});

test('after a restart offline, a clock that is still years behind is known to be', () => {
  clock = createFakeClock(0);
  const time = open();
  time.observeServiceTime(start);
  time.close();
  const later = restartAt(HOUR_MS);
  expect(later.now()).toBe(start);
  expect(later.isClockBehind()).toBe(true);
});

test('the issue of a license raises time, and never lowers it', () => {
  const time = open();
  time.atLeast(start - DAY_MS);
  expect(time.now()).toBe(start);
  time.atLeast(start + DAY_MS);
  expect(time.now()).toBe(start + DAY_MS);
  expect(time.isClockBehind()).toBe(true);
  expect(restartAt(start).now()).toBe(start + DAY_MS);
});

test('summer time and time zones move no clock: what is read is UTC', () => {
  // 2026-03-29 01:00 UTC: clocks in Europe go from 2 to 3.
  clock = createFakeClock(Date.UTC(2026, 2, 29, 0, 59, 59));
  const time = open();
  clock.advance(2_000);
  expect(time.now()).toBe(Date.UTC(2026, 2, 29, 1, 0, 1));
  expect(time.isClockBehind()).toBe(false);
});

test('the largest step of the machine’s clock is known until the service is heard, over restarts too', () => {
  const time = open();
  expect(time.leapMs()).toBe(0);
  clock.advance(DAY_MS);
  clock.suspend(DAY_MS);
  clock.setWall(clock.now() + 4 * MINUTE_MS);
  expect(time.leapMs()).toBe(0);
  clock.setWall(clock.now() + 5 * DAY_MS);
  expect(time.leapMs()).toBe(5 * DAY_MS);
  clock.setWall(clock.now() + HOUR_MS);
  expect(time.leapMs()).toBe(5 * DAY_MS);
  time.close();
  const again = restartAt(clock.now() + 8 * HOUR_MS);
  expect(again.leapMs()).toBe(5 * DAY_MS);
  again.observeServiceTime(start + 3 * DAY_MS);
  expect(again.leapMs()).toBe(0);
});

/** The app is closed and opened again on a machine that tells how long it has been on. */
function onMachineThatTells() {
  clock = createFakeClock(start, { uptime: true });
  const time = open();
  time.now();
  return time;
}
/** "less two seconds": systems count in seconds or hundredths. */
const GRAIN_MS = 2_000;

test.each(['in order', 'by a kill'])(
  'set back while the app is closed, %s: what the machine was on meanwhile has passed',
  (how) => {
    const time = onMachineThatTells();
    clock.advance(20_000);
    if (how === 'in order') time.close();
    clock.advance(20 * HOUR_MS);
    clock.setWall(start + 20_000);
    const later = open();
    expect(later.now()).toBe(start + 20_000 + 20 * HOUR_MS - GRAIN_MS);
    expect(later.isClockBehind()).toBe(true);
    // Set right, it is believed to the millisecond again, and nothing was a step of the clock.
    clock.setWall(start + 20_000 + 20 * HOUR_MS);
    expect(later.now()).toBe(clock.now());
    expect([later.isClockBehind(), later.leapMs()]).toEqual([false, 0]);
  },
);

test('set forward while it is closed: believed, and only what did not pass is a step', () => {
  onMachineThatTells().close();
  clock.advance(3 * DAY_MS);
  clock.setWall(start + 5 * DAY_MS);
  const later = open();
  expect(later.now()).toBe(start + 5 * DAY_MS);
  expect(later.leapMs()).toBe(2 * DAY_MS + GRAIN_MS);
});

test('sleep while it is closed counts, and a clock that was set back in it is behind', () => {
  onMachineThatTells().close();
  clock.suspend(9 * HOUR_MS);
  clock.setWall(start);
  const later = open();
  expect(later.now()).toBe(start + 9 * HOUR_MS - GRAIN_MS);
  expect(later.isClockBehind()).toBe(true);
});

test('after another start of the machine nobody knows: the floor stays', () => {
  onMachineThatTells().close();
  clock.reboot(HOUR_MS);
  clock.advance(5 * HOUR_MS);
  clock.setWall(start);
  expect(open().now()).toBe(start);
  clock.setWall(start + 6 * HOUR_MS);
  expect(open().now()).toBe(start + 6 * HOUR_MS);
});

test('an older row that is put back knows what passed since', () => {
  const time = onMachineThatTells();
  time.persist();
  const row = database.sql.prepare<[], Record<string, unknown>>('SELECT * FROM trusted_time').get() ?? {};
  clock.advance(7 * DAY_MS);
  time.close();
  database.sql.exec('DELETE FROM trusted_time');
  const names = Object.keys(row);
  database.sql
    .prepare(`INSERT INTO trusted_time (${names.join()}) VALUES (${names.map((name) => `@${name}`).join()})`)
    .run(row);
  clock.setWall(start);
  expect(open().now()).toBe(start + 7 * DAY_MS - GRAIN_MS);
});

test.each([
  ['a count that went back: a container that was started again', 'uptime_ms = 99999999999'],
  ['none, from before an upgrade', 'boot = NULL, uptime_ms = NULL'],
  ['half of one', 'uptime_ms = NULL'],
  ['nonsense', "boot = '', uptime_ms = -1"],
  ['another machine’s', "boot = 'another'"],
])('an uptime that says nothing adds nothing: %s', (_what, wrong) => {
  onMachineThatTells().close();
  clock.advance(HOUR_MS);
  database.sql.exec(`UPDATE trusted_time SET ${wrong}`);
  clock.setWall(start);
  expect(open().now()).toBe(start);
});

test('a system that tells no longer, or does not yet, adds nothing', () => {
  onMachineThatTells().close();
  expect(restartAt(start - DAY_MS).now()).toBe(start);
  clock.advance(HOUR_MS);
  open().close();
  clock = createFakeClock(start - DAY_MS, { uptime: true });
  clock.advance(DAY_MS / 2);
  expect(open().now()).toBe(start);
});
