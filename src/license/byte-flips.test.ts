import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeCheckInService } from '../../testing/check-in-service.ts';
import { createFakeSecretBox } from '../../testing/fake-secret-box.ts';
import { createLicenseWorld } from '../../testing/license-world.ts';
import type { LicenseWorld } from '../../testing/license-world.ts';
import { openPlainDatabase } from '../../testing/plain-database.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { isLayoverError } from '../shared/errors.ts';
import { DAY_MS } from '../shared/units.ts';
import { createCheckIns } from './check-ins.ts';
import { loadDevice } from './device.ts';
import { createOwnKeys, ownKeysMigration } from './own-keys.ts';
import { createRenewalRows } from './renewal-rows.ts';

/**
 * Every byte of everything that license/ keeps, one at a time: refused or recovered, never played wrongly, never a
 * crash. The wrapped keys of tracks lie in the store's index: `src/store/rows.test.ts` does the same to those.
 */
type Value = string | number | Buffer;

/** The same value with a byte changed: of a text as it is encoded, of a number as SQLite stores its eight bytes. */
function* flipped(value: Value): Generator<{ at: number; flipped: Value }> {
  const bytes = bytesOf(value);
  for (let at = 0; at < bytes.length; at += 1) {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
    yield {
      at,
      flipped: typeof value === 'number' ? Number(BigInt.asIntN(64, copy.readBigInt64BE())) : copy,
    };
  }
}
function bytesOf(value: Value): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') return Buffer.from(value);
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

const v = 'v1';
let world: LicenseWorld;
beforeEach(async () => {
  world = await createLicenseWorld();
});

/** Calls back once for each byte of each value of a table's rows, with the byte changed; undoes all that was done then. */
async function flipEach(table: string, look: (what: string) => Promise<void>): Promise<number> {
  const { sql } = world.database;
  const rows = sql
    .prepare<[], Record<string, Value> & { rowid: number }>(`SELECT rowid, * FROM ${table}`)
    .all();
  expect(rows.length, `${table} is empty`).toBeGreaterThan(0);
  let looks = 0;
  for (const { rowid, ...row } of rows)
    for (const [column, value] of Object.entries(row)) {
      if (value === null) continue;
      const put = sql.prepare(
        `UPDATE ${table} SET ${column} = ${typeof value === 'string' ? 'CAST(? AS TEXT)' : '?'} WHERE rowid = ?`,
      );
      for (const { at, flipped: wrong } of flipped(value)) {
        sql.exec('SAVEPOINT flip');
        try {
          put.run(wrong, rowid);
        } catch {
          sql.exec('RELEASE flip');
          continue; // The table's own rules refuse it: such a row cannot be there.
        }
        await look(`${table}.${column}, byte ${at}`);
        sql.exec('ROLLBACK TO flip');
        sql.exec('RELEASE flip');
        looks += 1;
      }
    }
  return looks;
}

/** What a client does on start and for one video. Whatever comes must be a refusal in our words, or the right key. */
async function use(what: string): Promise<{ reason: string | null; key: Uint8Array | null }> {
  const { licenses, time } = world.open();
  licenses.purgeExpired();
  licenses.held();
  licenses.holdings();
  time.isClockBehind();
  const verdict = licenses.verdict(v);
  const key = await licenses.contentKey(v).catch((thrown: unknown) => {
    expect(isLayoverError(thrown), `${what}: ${String(thrown)}`).toBe(true);
    return null;
  });
  if (key) expect(key, what).toEqual(world.issuer.contentKeyOf(v));
  expect(key !== null, what).toBe(verdict.allowed);
  return { reason: verdict.allowed ? null : verdict.reason, key };
}

describe('a byte that falls over', () => {
  test('in a license row: there is no license, and another can be had', async () => {
    const { licenses } = world.open();
    await licenses.acquire(v, 'offline');
    licenses.recordWatched(v, 10);
    expect((await use('untouched')).reason).toBeNull();
    const looks = await flipEach('license_grants', async (what) => {
      expect((await use(what)).reason, what).toBe('no-license');
    });
    expect(looks).toBeGreaterThan(1_500);
    expect((await use('put right')).reason).toBeNull();
    world.database.sql.exec('UPDATE license_grants SET seal = zeroblob(32)');
    expect(await world.open().licenses.renew(v)).toMatchObject({ allowed: true });
  });

  test('in the row of an ended license: it stays ended, or there is none', async () => {
    const { licenses } = world.open();
    await licenses.acquire(v, 'offline');
    world.clock.advance(40 * DAY_MS);
    licenses.purgeExpired();
    await flipEach('license_grants', async (what) => {
      expect(['no-license', 'rental-expired'], what).toContain((await use(what)).reason);
    });
  });

  test('in the floor of trusted time: a clock that is right plays on or waits for the service', async () => {
    world = await createLicenseWorld({ uptime: true });
    world.clock.advance(50 * DAY_MS);
    const { licenses, time } = world.open();
    await licenses.acquire(v, 'offline');
    time.close();
    await flipEach('trusted_time', async (what) => {
      const { reason } = await use(what);
      expect([null, 'clock-behind', 'rental-expired'], what).toContain(reason);
      // Whatever the row says, no window lasts longer by a clock that is right.
      const opened = world.open();
      expect(opened.time.now(), what).toBeGreaterThanOrEqual(world.clock.now());
      opened.time.observeServiceTime(world.clock.now());
      expect(opened.time.now(), what).toBe(world.clock.now());
    });
  });

  test('in what is kept between two meetings with the service: they meet as if for the first time', async () => {
    const { licenses, time } = world.open();
    await licenses.acquire(v, 'offline');
    const service = createFakeCheckInService(world.issuer, () => world.clock.now());
    const meet = () =>
      createCheckIns({
        database: world.database,
        device: world.device,
        service,
        trustedTime: time,
        clock: world.clock,
        log: createRecordingLog(),
        random: (sizeBytes) => randomBytes(sizeBytes),
        accountId: () => world.accountId,
        licenseKeys: () => world.issuer.publicKeys,
        keepLicenseKeys: () => {},
        isOnline: () => true,
        onAmended: () => {},
        onReleased: () => {},
        onMet: () => {},
        onNotice: () => {},
      }).now();
    await meet();
    await meet();
    await flipEach('check_ins', async (what) => {
      await meet();
      expect(service.asked.at(-1)?.counter, what).toBe(0);
      expect((await use(what)).reason, what).toBeNull();
    });
  });

  test('in what is owed and what was tried: nothing plays by it, and nothing breaks', async () => {
    const { licenses } = world.open();
    await licenses.acquire(v, 'offline');
    await licenses.acquire('v2', 'offline');
    world.service.online = false;
    await licenses.release('v2');
    const tries = createRenewalRows(world.database);
    tries.write(v, { count: 3, notBeforeMs: world.clock.now() });
    for (const table of ['owed_releases', 'renewal_tries'])
      await flipEach(table, async (what) => {
        tries.read(v);
        await world.open().licenses.flushReleases();
        expect((await use(what)).reason, what).toBeNull();
      });
  });

  test('in a key of the viewer’s own: it does not open', async () => {
    const database = openPlainDatabase([ownKeysMigration]);
    const random = (sizeBytes: number) => randomBytes(sizeBytes);
    const log = createRecordingLog();
    const own = createOwnKeys({ database, deviceSecret: randomBytes(32), random, log });
    own.make(v);
    const sealed = database.sql.prepare<[], Buffer>('SELECT sealed FROM own_keys').pluck().get();
    for (const { at, flipped: wrong } of flipped(sealed ?? Buffer.alloc(0))) {
      database.sql.prepare('UPDATE own_keys SET sealed = ?').run(wrong);
      const error = expect.objectContaining({ code: 'device/secret-unreadable' });
      expect(() => own.open(v), `byte ${at}`).toThrow(error);
    }
  });
});

describe('device.json', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'layover-device-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('with any byte changed: the same identity, or another one and a notice', async () => {
    const secrets = createFakeSecretBox();
    const random = (sizeBytes: number) => randomBytes(sizeBytes);
    const from = (where: string) => ({ folder: where, secrets, random, log: createRecordingLog() });
    const { device } = await loadDevice(from(folder));
    const good = await readFile(path.join(folder, 'device.json'));
    const outcomes = { same: 0, another: 0 };
    const flips = [...flipped(good)];
    const look = async (where: string, { at, flipped: wrong }: (typeof flips)[number]) => {
      const file = path.join(where, 'device.json');
      await writeFile(file, wrong as Buffer);
      const loaded = await loadDevice(from(where));
      const isSame = Buffer.from(loaded.device.deviceSecret).equals(device.deviceSecret);
      const isWhole =
        loaded.device.deviceId === device.deviceId && loaded.device.publicKey.x === device.publicKey.x;
      expect(isSame, `byte ${at}: half an identity`).toBe(isWhole);
      expect(
        loaded.notices.map(({ code }) => code),
        `byte ${at}`,
      ).toEqual(isSame ? [] : ['device/secret-unreadable']);
      outcomes[isSame ? 'same' : 'another'] += 1;
      await rm(`${file}.unreadable-1`, { force: true });
    };
    // Each writes an identity to the disk and waits for it: side by side, in folders of their own.
    const lanes = Array.from({ length: 16 }, async (_, lane) => {
      const where = path.join(folder, String(lane));
      await mkdir(where);
      for (const flip of flips.filter(({ at }) => at % 16 === lane)) await look(where, flip);
    });
    await Promise.all(lanes);
    expect(outcomes.same + outcomes.another).toBe(good.length);
    expect(outcomes.another).toBeGreaterThan(good.length / 2);
  });
});
