import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeLicenses } from '../../testing/fake-licenses.ts';
import { openPlainDatabase } from '../../testing/plain-database.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import type { Database } from '../database/types.ts';
import { createOwnKeys, ownKeysMigration, withOwnKeys } from './own-keys.ts';

const own = 'address-1';
const theirs = 'film-1';
let database: Database;
const deviceSecret = randomBytes(32);

beforeEach(() => {
  database = openPlainDatabase([ownKeysMigration]);
});

function licenses(secret = deviceSecret) {
  const service = createFakeLicenses(() => Buffer.alloc(16, 7));
  const log = createRecordingLog();
  const keys = createOwnKeys({ database, deviceSecret: secret, random: (n) => randomBytes(n), log });
  return { service, log, all: withOwnKeys(service, keys) };
}

describe('videos of the viewer’s own', () => {
  it('play without a license, without an end, and without a word to the service', async () => {
    const { all, service } = licenses();
    all.adopt(own);
    expect(await all.acquire(own, 'offline')).toMatchObject({ allowed: true, playableUntilMs: null });
    expect(all.recordWatched(own, 3_600)).toMatchObject({ allowed: true, playableUntilMs: null });
    expect(await all.renew(own)).toMatchObject({ allowed: true });
    await all.release(own);
    expect(service.calls).toEqual([]);
  });

  it('keep one key over restarts and being opened again', async () => {
    const { all } = licenses();
    all.adopt(own);
    const key = await all.contentKey(own);
    all.adopt(own);
    expect(key).toHaveLength(16);
    expect(await licenses().all.contentKey(own)).toEqual(key);
  });

  it('have a key each', async () => {
    const { all } = licenses();
    all.adopt(own);
    all.adopt('address-2');
    expect(await all.contentKey(own)).not.toEqual(await all.contentKey('address-2'));
  });

  it('are held until they are released; then the key is gone for good', async () => {
    const { all } = licenses();
    all.adopt(own);
    await all.acquire(theirs, 'offline');
    const before = await all.contentKey(own);
    expect(all.held()).toEqual([theirs, own]);
    await all.release(own);
    expect(all.held()).toEqual([theirs]);
    expect(all.verdict(own)).toMatchObject({ allowed: false, reason: 'no-license' });
    all.adopt(own);
    expect(await all.contentKey(own)).not.toEqual(before);
  });

  it('stay closed on another computer', async () => {
    licenses().all.adopt(own);
    const { all, log } = licenses(randomBytes(32));
    await expect(all.contentKey(own)).rejects.toMatchObject({ code: 'device/secret-unreadable' });
    expect(log.lines).toContainEqual(expect.objectContaining({ event: 'license/own-key-unreadable' }));
  });

  it('open under no other name, and not once a byte of the row has changed', async () => {
    const { all } = licenses();
    all.adopt(own);
    const sealed = database.sql.prepare<[], Buffer>('SELECT sealed FROM own_keys').pluck().get() as Buffer;
    database.sql.prepare('UPDATE own_keys SET video_id = ?').run('address-2');
    await expect(all.contentKey('address-2')).rejects.toMatchObject({ code: 'device/secret-unreadable' });
    for (let at = 0; at < sealed.byteLength; at += 1) {
      const flipped = Buffer.from(sealed);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      database.sql.prepare('UPDATE own_keys SET video_id = ?, sealed = ?').run(own, flipped);
      await expect(all.contentKey(own)).rejects.toMatchObject({ code: 'device/secret-unreadable' });
    }
    database.sql.prepare('UPDATE own_keys SET sealed = ?').run(sealed.subarray(0, 10));
    await expect(all.contentKey(own)).rejects.toMatchObject({ code: 'device/secret-unreadable' });
  });
});

describe('videos of the service', () => {
  it('are left to their licenses', async () => {
    const { all, service } = licenses();
    await all.acquire(theirs, 'stream');
    service.refuse('license-expired');
    expect(all.verdict(theirs)).toMatchObject({ allowed: false, reason: 'license-expired' });
    await expect(all.contentKey(theirs)).rejects.toMatchObject({ code: 'license/expired' });
    await all.renew(theirs);
    await all.release(theirs);
    expect(service.calls).toEqual([`acquire ${theirs} stream`, `renew ${theirs}`, `release ${theirs}`]);
  });
});
