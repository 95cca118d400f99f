import { beforeEach, expect, test } from 'vitest';
import { createLicenseWorld } from '../../testing/license-world.ts';
import type { LicenseWorld } from '../../testing/license-world.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { until } from '../../testing/until.ts';
import { DAY_MS, HOUR_MS } from '../shared/units.ts';
import { createOutsideRecord } from './outside-record.ts';

let world: LicenseWorld;
let kept: string | null;
beforeEach(async () => {
  world = await createLicenseWorld();
  kept = null;
});
const inKeyring = {
  read: async () => kept,
  write: async (text: string) => void (kept = text),
};

function open(record: Parameters<typeof createOutsideRecord>[0]['record'] = inKeyring) {
  const { licenses, time } = world.open();
  const { database, clock, device } = world;
  const { deviceSecret } = device;
  const log = createRecordingLog();
  return {
    licenses,
    time,
    log,
    outside: createOutsideRecord({ record, database, deviceSecret, trustedTime: time, clock, log }),
  };
}
/** The rows as they are now; putting them back is restoring a backup. */
function backUp() {
  const { sql } = world.database;
  const tables = ['license_grants', 'trusted_time'].map((table) => ({
    table,
    rows: sql.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`).all(),
  }));
  return () => {
    for (const { table, rows } of tables) {
      sql.exec(`DELETE FROM ${table}`);
      for (const row of rows) {
        const names = Object.keys(row);
        sql.prepare(`INSERT INTO ${table} (${names.join()}) VALUES (${names.map(() => '?').join()})`).run(...Object.values(row)); // prettier-ignore
      }
    }
  };
}

test('an older state that is put back wins no time, with no service in sight', async () => {
  const first = open();
  await first.licenses.acquire('v1', 'offline');
  first.time.persist();
  const restore = backUp();
  world.clock.advance(HOUR_MS);
  first.licenses.recordWatched('v1', 10);
  const firstPlayAtMs = world.clock.now();
  first.outside.note();
  await first.outside.idle();
  world.clock.advance(3 * DAY_MS);
  const floorMs = first.time.now();
  first.outside.note();
  await first.outside.idle();

  restore();
  world.clock.setWall(firstPlayAtMs - HOUR_MS);
  const second = open();
  expect(second.licenses.verdict('v1')).toMatchObject({ allowed: true, firstPlayAtMs: null });
  expect(await second.outside.recall()).toBe(true);
  expect(second.time.now()).toBe(floorMs);
  expect(second.licenses.verdict('v1')).toMatchObject({ allowed: false, reason: 'playback-expired' });
  expect(await open().outside.recall()).toBe(false);
});

test('what is remembered of an issue before a renewal is nothing to the new one', async () => {
  const first = open();
  await first.licenses.acquire('v1', 'offline');
  first.licenses.recordWatched('v1', 10);
  first.outside.note();
  await first.outside.idle();
  world.clock.advance(HOUR_MS);
  await first.licenses.renew('v1');
  const second = open();
  expect(await second.outside.recall()).toBe(false);
  expect(second.licenses.verdict('v1')).toMatchObject({ firstPlayAtMs: null });
});

test('a record that was edited, or is another computer’s, counts as none', async () => {
  const { licenses, outside } = open();
  await licenses.acquire('v1', 'offline');
  licenses.recordWatched('v1', 10);
  outside.note();
  await outside.idle();
  const [json = '', seal = ''] = (kept ?? '').split('.');
  const edited = Buffer.from(json, 'base64url')
    .toString()
    .replace(/"floorMs":\d+/, '"floorMs":9999999999999');
  kept = `${Buffer.from(edited).toString('base64url')}.${seal}`;
  const again = open();
  expect(await again.outside.recall()).toBe(false);
  expect(again.time.now()).toBe(world.clock.now());
  kept = 'nonsense';
  expect(await open().outside.recall()).toBe(false);
});

test('a keyring that fails, says nothing or is not there holds nothing up', async () => {
  const fails = {
    read: () => Promise.reject(new Error('no such program')),
    write: () => Promise.reject(new Error('no such program')),
  };
  const failing = open(fails);
  expect(await failing.outside.recall()).toBe(false);
  failing.outside.note();
  await failing.outside.idle();
  const none = open(undefined);
  expect(await none.outside.recall()).toBe(false);
  none.outside.note();
  await none.outside.idle();

  const silent = open({ ...inKeyring, read: () => new Promise<string | null>(() => undefined) });
  const recalled = silent.outside.recall();
  await until(() => world.clock.sleepers === 1);
  world.clock.advance(1_000);
  expect(await recalled).toBe(false);
});
