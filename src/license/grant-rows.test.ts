import { beforeEach, describe, expect, test } from 'vitest';
import type { LicenseIssuer } from '../../testing/license-issuer.ts';
import { createLicenseWorld } from '../../testing/license-world.ts';
import type { LicenseWorld } from '../../testing/license-world.ts';
import { loadTestDevice } from '../../testing/test-device.ts';
import type { Database } from '../database/types.ts';
import type { Licenses } from './types.ts';

const v = 'v1';
let world: LicenseWorld;
let database: Database;
let issuer: LicenseIssuer;
let licenses: Licenses;
const rowOf = () =>
  JSON.parse(database.sql.prepare('SELECT grant_json FROM license_grants').pluck().get() as string);

beforeEach(async () => {
  world = await createLicenseWorld();
  ({ database, issuer } = world);
  ({ licenses } = world.open());
});

describe('a row that cannot be believed is no license, never a crash', () => {
  const tamper = (change: (grant: ReturnType<typeof rowOf>) => void) => {
    const grant = rowOf();
    change(grant);
    database.sql.prepare('UPDATE license_grants SET grant_json = ?').run(JSON.stringify(grant));
  };
  test.each<[string, () => void]>([
    ['a wider window', () => tamper((grant) => (grant.claims.policy.rental_duration_seconds = 0))],
    ['first play wiped', () => tamper((grant) => (grant.firstPlayAtMs = null))],
    ['not JSON', () => database.sql.exec(`UPDATE license_grants SET grant_json = '{'`)],
    ['another seal', () => database.sql.exec(`UPDATE license_grants SET seal = zeroblob(32)`)],
    ['no seal', () => database.sql.exec(`UPDATE license_grants SET seal = x''`)],
    ['another video’s row', () => database.sql.exec(`UPDATE license_grants SET video_id = 'v2'`)],
  ])('%s', async (_name, damage) => {
    await licenses.acquire(v, 'offline');
    licenses.recordWatched(v, 10);
    damage();
    ({ licenses } = world.open());
    for (const id of [v, 'v2']) {
      expect(licenses.verdict(id)).toMatchObject({ reason: 'no-license', canRenew: true });
      await expect(licenses.contentKey(id)).rejects.toMatchObject({ code: 'license/none' });
    }
    licenses.purgeExpired();
    expect(licenses.held()).toEqual([]);
    expect(await licenses.renew(v)).toMatchObject({ allowed: true });
    expect(await licenses.contentKey(v)).toEqual(issuer.contentKeyOf(v));
  });

  test('a row of another computer, or of an identity that was lost', async () => {
    await licenses.acquire(v, 'offline');
    ({ licenses } = world.open(await loadTestDevice()));
    expect(licenses.verdict(v)).toMatchObject({ reason: 'no-license' });
  });

  test('a license key that the service no longer names', async () => {
    await licenses.acquire(v, 'offline');
    issuer.publicKeys.length = 0;
    await expect(licenses.contentKey(v)).rejects.toMatchObject({ code: 'license/forged' });
  });
});
