import { beforeEach, expect, test } from 'vitest';
import { createLicenseWorld } from '../../testing/license-world.ts';
import type { LicenseWorld } from '../../testing/license-world.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { until } from '../../testing/until.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../shared/units.ts';
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

function open(record: Parameters<typeof createOutsideRecord>[0]['record'] | null = inKeyring) {
  const { licenses, time } = world.open();
  const { database, clock, device } = world;
  const { deviceSecret } = device;
  const log = createRecordingLog();
  return {
    licenses,
    time,
    log,
    outside: createOutsideRecord({
      record: record ?? undefined,
      database,
      deviceSecret,
      trustedTime: time,
      clock,
      log,
    }),
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

test('the record knows what passed since it was written, as long as the machine stays on', async () => {
  world = await createLicenseWorld({ uptime: true });
  const first = open();
  await first.licenses.acquire('v1', 'offline');
  first.time.persist();
  const restore = backUp();
  world.clock.reboot(HOUR_MS);
  const second = open();
  second.outside.note();
  await second.outside.idle();
  const writtenMs = world.clock.now();
  world.clock.advance(3 * DAY_MS);
  // The folder is older than this start of the machine: its own row knows nothing of it.
  restore();
  world.clock.setWall(writtenMs);
  const third = open();
  expect(third.time.now()).toBe(writtenMs);
  expect(await third.outside.recall()).toBe(true);
  expect(third.time.now()).toBe(writtenMs + 3 * DAY_MS - 2_000);
  world.clock.reboot(HOUR_MS);
  world.clock.setWall(writtenMs);
  restore();
  const fourth = open();
  await fourth.outside.recall();
  expect(fourth.time.now()).toBe(writtenMs);
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
  await failing.outside.stop();
  const none = open(null);
  expect(await none.outside.recall()).toBe(false);
  none.outside.note();
  await none.outside.stop();

  const silent = open({ ...inKeyring, read: () => new Promise<string | null>(() => undefined) });
  const recalled = silent.outside.recall();
  await until(() => world.clock.sleepers === 1);
  world.clock.advance(1_000);
  expect(await recalled).toBe(false);
});

/** Until what was noted lies there; the keyring is another program, and answers when it does. */
async function noted({ outside }: ReturnType<typeof open>) {
  outside.note();
  await outside.idle();
}

test.each(['released', 'renewed'] as const)(
  'what was %s does not come back with an older folder',
  async (how) => {
    const first = open();
    await first.licenses.acquire('v1', 'offline');
    await noted(first);
    const restore = backUp();
    world.clock.advance(HOUR_MS);
    first.licenses.recordWatched('v1', 10);
    const firstPlayAtMs = world.clock.now();
    await noted(first);
    world.clock.advance(HOUR_MS);
    if (how === 'released') await first.licenses.release('v1');
    else await first.licenses.renew('v1');
    await noted(first);
    await first.outside.stop();

    restore();
    const second = open();
    expect(await second.outside.recall()).toBe(true);
    expect(second.licenses.verdict('v1')).toMatchObject(
      how === 'released' ? { allowed: false, reason: 'no-license' } : { allowed: true, firstPlayAtMs },
    );
  },
);

test('what the service took back does not come back with an older folder, until it gives it anew', async () => {
  const first = open();
  await first.licenses.acquire('v1', 'offline');
  await noted(first);
  const restore = backUp();
  first.licenses.takeBack('v1');
  await noted(first);
  restore();
  const second = open();
  expect(await second.outside.recall()).toBe(true);
  expect(second.licenses.verdict('v1')).toMatchObject({ allowed: false, reason: 'revoked' });
  world.clock.advance(HOUR_MS);
  await second.licenses.renew('v1');
  await noted(second);
  const third = open();
  expect(await third.outside.recall()).toBe(false);
  expect(third.licenses.verdict('v1')).toMatchObject({ allowed: true });
});

test('what was taken back and then released is released after an older folder: nothing is held, as before it', async () => {
  const first = open();
  await first.licenses.acquire('v1', 'offline');
  await noted(first);
  const restore = backUp();
  first.licenses.takeBack('v1');
  await noted(first);
  await first.licenses.release('v1');
  await noted(first);
  restore();
  const second = open();
  expect(await second.outside.recall()).toBe(true);
  expect(second.licenses.verdict('v1')).toMatchObject({ allowed: false, reason: 'no-license' });
  expect(second.licenses.holdings()).toEqual([]);
});

test('a kill and an older folder together win no more than ten minutes', async () => {
  const first = open();
  await first.licenses.acquire('v1', 'offline');
  first.time.persist();
  const restore = backUp();
  await first.outside.recall();
  for (let minutes = 0; minutes < 180; minutes += 1) {
    world.clock.advance(MINUTE_MS);
    await new Promise((resolve) => setImmediate(resolve));
    await first.outside.idle();
  }
  const lastMs = first.time.now();
  await first.outside.stop('unsaid');
  restore();
  world.clock.setWall(lastMs - 3 * HOUR_MS);
  const second = open();
  expect(await second.outside.recall()).toBe(true);
  expect(second.time.now()).toBeGreaterThan(lastMs - 10 * MINUTE_MS);
});

test('an answer that comes late counts all the same, and is not written over', async () => {
  const first = open();
  await first.licenses.acquire('v1', 'offline');
  const restore = backUp();
  first.licenses.recordWatched('v1', 10);
  const firstPlayAtMs = world.clock.now();
  await noted(first);
  await first.outside.stop();
  restore();
  let answer: () => void = () => undefined;
  const slow = {
    ...inKeyring,
    read: () => new Promise<string | null>((resolve) => (answer = () => resolve(kept))),
  };
  const second = open(slow);
  const recalled = second.outside.recall();
  await until(() => world.clock.sleepers === 1);
  world.clock.advance(1_000);
  expect(await recalled).toBe(false);
  second.outside.note();
  answer();
  await second.outside.idle();
  expect(second.licenses.verdict('v1')).toMatchObject({ firstPlayAtMs });
});
