import { beforeEach, describe, expect, test } from 'vitest';
import { createLicenseWorld } from '../../testing/license-world.ts';
import type { LicenseWorld } from '../../testing/license-world.ts';
import { DAY_MS } from '../shared/units.ts';
import type { Licenses } from './types.ts';

const v = 'v1';
let world: LicenseWorld;
let licenses: Licenses;
const rowOf = () =>
  JSON.parse(
    world.database.sql.prepare('SELECT grant_json FROM license_grants').pluck().get() as string,
  ) as object;

describe('a plan that includes a smaller picture than is stored', () => {
  const upTo = (maxHeight: number | undefined) => {
    const { issuer, device, clock, service } = world;
    const of = (licenseId: string, videoId: string) =>
      issuer.issue({ videoId, device, licenseId, issuedAtMs: clock.now(), claims: { maxHeight } });
    service.renew = async (licenseId) => ({ license: await of(licenseId, v), nowMs: clock.now() });
    service.acquire = async (videoId) => ({ license: await of('another', videoId), nowMs: clock.now() });
  };
  let leastHeight: number | null;
  beforeEach(async () => {
    world = await createLicenseWorld();
    const { device, clock } = world;
    leastHeight = 1080;
    ({ licenses } = world.open(device, clock, { leastHeight: () => leastHeight }));
    await licenses.acquire(v, 'offline');
    clock.advance(DAY_MS);
  });

  test('takes nothing away before its time: what is held plays to its own end', async () => {
    const before = rowOf();
    upTo(480);
    await expect(licenses.renew(v)).rejects.toMatchObject({ code: 'license/too-tall' });
    expect(await licenses.renewMany([v], { firstPlay: 'kept' })).toMatchObject([
      { error: { code: 'license/too-tall' } },
    ]);
    expect(rowOf()).toEqual(before);
    expect((await licenses.contentKey(v)).byteLength).toBe(16);
    await licenses.flushReleases();
    expect(world.service.released, 'it is still held there').toEqual([]);
    world.clock.advance(29 * DAY_MS);
    expect(licenses.verdict(v)).toMatchObject({ reason: 'rental-expired', canRenew: true });
    await expect(licenses.renew(v)).rejects.toMatchObject({ code: 'license/too-tall' });
  });

  test('is renewed where a picture is stored that it includes, and once it includes more again', async () => {
    upTo(480);
    leastHeight = 480;
    expect(await licenses.renew(v)).toMatchObject({ allowed: true });
    expect(licenses.maxHeight(v)).toBe(480);
    leastHeight = 1080;
    upTo(1080);
    expect(await licenses.renew(v)).toMatchObject({ allowed: true });
    upTo(undefined);
    expect(await licenses.renew(v)).toMatchObject({ allowed: true });
    expect(licenses.maxHeight(v)).toBeNull();
  });

  test('gives no license for a download, nor another in place of one: it is given back', async () => {
    upTo(480);
    await expect(licenses.acquire('v2', 'offline')).rejects.toMatchObject({ code: 'license/too-tall' });
    expect(licenses.held()).toEqual([v]);
    await expect(licenses.renew(v, { firstPlay: 'kept', isGone: true })).rejects.toMatchObject({
      code: 'license/too-tall',
    });
    expect(await licenses.flushReleases()).toBe(0);
    expect(world.service.released).toEqual(['another']);
  });
});
