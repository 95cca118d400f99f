import { beforeEach, expect, test, vi } from 'vitest';
import { createLicenseWorld } from '../../testing/license-world.ts';
import type { LicenseWorld } from '../../testing/license-world.ts';
import { DAY_MS, HOUR_MS } from '../shared/units.ts';

/** As SQLite says it when the disk is full; what SQLite itself does then is tried in faults/disk. */
let isFull: boolean;
let world: LicenseWorld;
beforeEach(async () => {
  world = await createLicenseWorld();
  isFull = false;
  const { transaction } = world.database;
  vi.spyOn(world.database, 'transaction').mockImplementation((work) => {
    if (isFull) throw new Error('database or disk is full');
    return transaction(work);
  });
});

const viewing = { viewingId: 'window', durationSeconds: 5400 };
const unwritten = { code: 'license/first-play-unwritten' };

test('play is held, and the window runs, while first play cannot be written', async () => {
  const { licenses } = world.open();
  await licenses.acquire('v1', 'offline');
  licenses.recordWatched('v1', 1, viewing);
  await licenses.contentKey('v1', 'window');
  isFull = true;
  const firstPlayAtMs = world.clock.now();
  expect(licenses.recordWatched('v1', 10, viewing)).toMatchObject({ allowed: true, firstPlayAtMs });
  await expect(licenses.contentKey('v1', 'window')).rejects.toMatchObject(unwritten);
  // A download needs the key, and watches nothing.
  expect((await licenses.contentKey('v1')).byteLength).toBe(16);
  world.clock.advance(HOUR_MS);
  expect(licenses.recordWatched('v1', 10, viewing)).toMatchObject({ firstPlayAtMs });

  isFull = false;
  await licenses.contentKey('v1', 'window');
  expect(world.open().licenses.verdict('v1')).toMatchObject({ firstPlayAtMs });
});

test('a kill while it is held loses what was held, and gives nothing: the next play is held before its first byte', async () => {
  const { licenses } = world.open();
  await licenses.acquire('v1', 'offline');
  await licenses.contentKey('v1', 'window');
  isFull = true;
  licenses.recordWatched('v1', 10, viewing);
  const restarted = world.open().licenses;
  expect(restarted.verdict('v1')).toMatchObject({ allowed: true, firstPlayAtMs: null });
  await expect(restarted.contentKey('v1', 'window')).rejects.toMatchObject(unwritten);
  isFull = false;
  await restarted.contentKey('v1', 'window');
});

test('the grace period cannot be watched over and over on a full disk', async () => {
  const { licenses } = world.open();
  await licenses.acquire('v1', 'offline');
  await licenses.contentKey('v1', 'window');
  isFull = true;
  licenses.recordWatched('v1', 1, viewing);
  await expect(licenses.contentKey('v1', 'window')).rejects.toMatchObject(unwritten);
});

test('what was begun and written plays on, also on a full disk; so does what has no playback window', async () => {
  const { licenses } = world.open();
  await licenses.acquire('v1', 'offline');
  licenses.recordWatched('v1', 10, viewing);
  world.service.policy = { playback_duration_seconds: 0 };
  await licenses.acquire('v2', 'offline');
  isFull = true;
  await licenses.contentKey('v1', 'window');
  licenses.recordWatched('v1', 10, viewing);
  await licenses.contentKey('v1', 'window');
  licenses.recordWatched('v2', 10, viewing);
  await licenses.contentKey('v2', 'window');
});

test('a renewal clears what was not written of the license before it', async () => {
  const { licenses } = world.open();
  await licenses.acquire('v1', 'offline');
  isFull = true;
  licenses.recordWatched('v1', 10, viewing);
  isFull = false;
  world.clock.advance(DAY_MS);
  await licenses.renew('v1');
  expect(licenses.verdict('v1')).toMatchObject({ firstPlayAtMs: null });
});
