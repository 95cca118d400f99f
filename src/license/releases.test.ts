import { beforeEach, describe, expect, test } from 'vitest';
import type { FakeClock } from '../../testing/fake-clock.ts';
import type { FakeLicenseService, LicenseIssuer } from '../../testing/license-issuer.ts';
import { createLicenseWorld } from '../../testing/license-world.ts';
import type { LicenseWorld } from '../../testing/license-world.ts';
import type { Database } from '../database/types.ts';
import type { Device } from './device.ts';
import type { Licenses } from './types.ts';

const v = 'v1';
let world: LicenseWorld;
let clock: FakeClock;
let database: Database;
let device: Device;
let issuer: LicenseIssuer;
let service: FakeLicenseService;
let licenses: Licenses;
/** Everything that the database keeps, as text. */
const dump = () => database.sql.serialize().toString('latin1');
const rowOf = () =>
  JSON.parse(database.sql.prepare('SELECT grant_json FROM license_grants').pluck().get() as string);

beforeEach(async () => {
  world = await createLicenseWorld();
  ({ clock, database, device, issuer, service } = world);
  ({ licenses } = world.open());
});

describe('release', () => {
  test('online: forgotten here, and the service knows', async () => {
    await licenses.acquire(v, 'offline');
    const { claims, license } = rowOf();
    await licenses.release(v);
    expect(service.released).toEqual([claims.licenseId]);
    expect(licenses.verdict(v)).toMatchObject({ reason: 'no-license' });
    expect(dump()).not.toContain(license.split('.')[1]);
    expect(await licenses.flushReleases()).toBe(0);
    expect(service.released).toHaveLength(1);
  });

  test('offline: forgotten at once, told when the service is back, even after a restart', async () => {
    await licenses.acquire(v, 'offline');
    await licenses.acquire('v2', 'offline');
    service.online = false;
    const releasing = licenses.release(v);
    expect(licenses.held()).toEqual(['v2']);
    await releasing;
    await licenses.release('v2');
    ({ licenses } = world.open());
    expect(await licenses.flushReleases()).toBe(2);
    service.online = true;
    expect(await licenses.flushReleases()).toBe(0);
    expect(service.released).toEqual(['license-1', 'license-2']);
  });

  test('owed by one account, it is not sent in the name of another, whom the service would not hear', async () => {
    await licenses.acquire(v, 'offline');
    service.online = false;
    await licenses.release(v);
    service.online = true;
    world.accountId = 'account-2';
    expect(await licenses.flushReleases()).toBe(1);
    expect(service.released).toEqual([]);
    world.accountId = 'account-1';
    expect(await licenses.flushReleases()).toBe(0);
    expect(service.released).toHaveLength(1);
  });

  test('one that the service refuses does not hold up the others', async () => {
    await licenses.acquire(v, 'offline');
    await licenses.acquire('v2', 'offline');
    service.online = false;
    await licenses.release(v);
    await licenses.release('v2');
    service.online = true;
    const { release } = service;
    service.release = (id, deviceId) =>
      id === 'license-1' ? Promise.reject(new Error('500')) : release(id, deviceId);
    expect(await licenses.flushReleases()).toBe(1);
    expect(service.released).toEqual(['license-2']);
  });

  test('during an acquisition wins: the license that comes late is given back', async () => {
    const acquiring = licenses.acquire(v, 'offline');
    await licenses.release(v);
    await expect(acquiring).rejects.toMatchObject({ code: 'license/none' });
    expect(licenses.held()).toEqual([]);
    expect(await licenses.flushReleases()).toBe(0);
    expect(service.released).toEqual(['license-1']);
  });

  test('a license that was got again is not given back by an old debt', async () => {
    const license = await issuer.issue({ videoId: v, device, licenseId: 'the-same' });
    service.acquire = async () => ({ license, nowMs: clock.now() });
    await licenses.acquire(v, 'offline');
    service.online = false;
    await licenses.release(v);
    service.online = true;
    await licenses.acquire(v, 'offline');
    await licenses.flushReleases();
    expect(service.released).toEqual([]);
  });
});
