import { beforeEach, describe, expect, test } from 'vitest';
import type { FakeClock } from '../../testing/fake-clock.ts';
import { createLicenseIssuer } from '../../testing/license-issuer.ts';
import type { FakeLicenseService, LicenseIssuer } from '../../testing/license-issuer.ts';
import { createLicenseWorld } from '../../testing/license-world.ts';
import type { LicenseWorld } from '../../testing/license-world.ts';
import type { Database } from '../database/types.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import type { Device } from './device.ts';
import type { Licenses, TrustedTime } from './types.ts';

const v = 'v1';
let world: LicenseWorld;
let clock: FakeClock;
let database: Database;
let device: Device;
let issuer: LicenseIssuer;
let service: FakeLicenseService;
let time: TrustedTime;
let licenses: Licenses;
const reopen = () => {
  ({ licenses, time } = world.open());
};
/** Everything that the database keeps, as text. */
const dump = () => database.sql.serialize().toString('latin1');
const rowOf = () =>
  JSON.parse(database.sql.prepare('SELECT grant_json FROM license_grants').pluck().get() as string);

beforeEach(async () => {
  world = await createLicenseWorld();
  ({ clock, database, device, issuer, service } = world);
  reopen();
});

describe('a license for offline use', () => {
  test('is kept over a restart, without its key in the clear', async () => {
    expect(licenses.verdict(v)).toMatchObject({ reason: 'no-license' });
    await expect(licenses.contentKey(v)).rejects.toMatchObject({ code: 'license/none' });
    const startByMs = clock.now() + 30 * DAY_MS;
    expect(await licenses.acquire(v, 'offline')).toMatchObject({ allowed: true, startByMs });
    reopen();
    service.online = false;
    expect(licenses.held()).toEqual([v]);
    expect(await licenses.contentKey(v)).toEqual(issuer.contentKeyOf(v));
    const key = Buffer.from(issuer.contentKeyOf(v));
    for (const encoding of ['latin1', 'hex', 'base64', 'base64url'] as const)
      expect(dump()).not.toContain(key.toString(encoding).replace(/=+$/, ''));
  });

  test('is not kept when the policy does not let it', async () => {
    service.policy = { can_persist: false };
    await expect(licenses.acquire(v, 'offline')).rejects.toMatchObject({ code: 'license/not-allowed' });
    expect(licenses.held()).toEqual([]);
  });

  test('is not kept when it is not genuine, and what was held stays', async () => {
    await licenses.acquire(v, 'offline');
    const before = rowOf();
    const stranger = await createLicenseIssuer();
    const swap = async () => ({
      license: await stranger.issue({ videoId: v, device }),
      nowMs: clock.now() + DAY_MS,
    });
    service.acquire = swap;
    service.renew = swap;
    await expect(licenses.acquire(v, 'offline')).rejects.toMatchObject({ code: 'license/forged' });
    await expect(licenses.renew(v)).rejects.toMatchObject({ code: 'license/forged' });
    expect(rowOf()).toEqual(before);
    expect(time.now()).toBe(clock.now());
  });

  test('a license for the other purpose is forged', async () => {
    service.acquire = async () => ({
      license: await issuer.issue({ videoId: v, device, purpose: 'stream' }),
      nowMs: clock.now(),
    });
    await expect(licenses.acquire(v, 'offline')).rejects.toMatchObject({ code: 'license/forged' });
  });
});

describe('first play', () => {
  test('is written once, when the grace period has been watched', async () => {
    await licenses.acquire(v, 'offline');
    expect(licenses.recordWatched(v, 4.9)).toMatchObject({ firstPlayAtMs: null });
    clock.advance(HOUR_MS);
    reopen();
    const firstPlayAtMs = clock.now();
    expect(licenses.recordWatched(v, 0.1)).toMatchObject({
      firstPlayAtMs,
      playableUntilMs: firstPlayAtMs + 48 * HOUR_MS,
    });
    clock.advance(HOUR_MS);
    expect(licenses.recordWatched(v, 100)).toMatchObject({ firstPlayAtMs });
    expect(world.open().licenses.verdict(v)).toMatchObject({ firstPlayAtMs });
  });

  test('needs something watched, even without a grace period', async () => {
    service.policy = { play_start_grace_period_seconds: 0 };
    await licenses.acquire(v, 'offline');
    expect(licenses.recordWatched(v, 0)).toMatchObject({ firstPlayAtMs: null });
    expect(licenses.recordWatched(v, 0.001)).toMatchObject({ firstPlayAtMs: clock.now() });
  });

  test('takes the time with it: a kill right after does not turn the clock back behind it', async () => {
    await licenses.acquire(v, 'offline');
    clock.advance(10_000);
    licenses.recordWatched(v, 10);
    expect(database.sql.prepare('SELECT floor_ms FROM trusted_time').pluck().get()).toBe(clock.now());
  });

  test('nothing that is refused counts', async () => {
    expect(licenses.recordWatched(v, 10)).toMatchObject({ reason: 'no-license' });
    await licenses.acquire(v, 'offline');
    clock.advance(30 * DAY_MS);
    expect(licenses.recordWatched(v, 10)).toMatchObject({ reason: 'rental-expired' });
    expect(rowOf()).toMatchObject({ firstPlayAtMs: null, watchedSeconds: 0 });
    expect(() => licenses.recordWatched(v, Number.NaN)).toThrow();
    expect(() => licenses.recordWatched(v, -1)).toThrow();
  });
});

describe('the end', () => {
  /** Watched for ten seconds; the playback window ends 48 hours later. */
  async function started(): Promise<void> {
    await licenses.acquire(v, 'offline');
    licenses.recordWatched(v, 10);
    licenses.endViewing(v);
  }

  test('the key is handed out strictly before it, and not at it', async () => {
    await started();
    clock.advance(48 * HOUR_MS - 1);
    expect(await licenses.contentKey(v)).toEqual(issuer.contentKeyOf(v));
    clock.advance(1);
    await expect(licenses.contentKey(v)).rejects.toMatchObject({ code: 'license/playback-expired' });
  });

  describe('that is soft', () => {
    const mine = { viewingId: 'mine', durationSeconds: 2 * 3_600 };
    const other = { viewingId: 'other', durationSeconds: 2 * 3_600 };
    /** One millisecond before the end somebody is watching. */
    async function nearTheEnd() {
      await started();
      clock.advance(48 * HOUR_MS - 1);
      licenses.recordWatched(v, 1, mine);
    }

    test('lets a viewing under way finish, until nothing is watched for an hour', async () => {
      await nearTheEnd();
      clock.advance(HOUR_MS);
      expect(licenses.recordWatched(v, 1, mine)).toMatchObject({ allowed: true });
      expect(await licenses.contentKey(v, 'mine')).toEqual(issuer.contentKeyOf(v));
      licenses.purgeExpired();
      expect(licenses.verdict(v, 'mine').allowed).toBe(true);
      expect(licenses.recordWatched(v, 0, mine).allowed).toBe(true);
      clock.advance(HOUR_MS);
      // A player that is paused reports too, and that keeps nothing alive.
      expect(licenses.recordWatched(v, 0, mine).allowed).toBe(true);
      clock.advance(1);
      expect(licenses.recordWatched(v, 0, mine)).toMatchObject({ reason: 'playback-expired' });
    });

    test('lets it finish once, not see it all again from the start', async () => {
      await nearTheEnd();
      for (let minutes = 0; minutes < 120; minutes += 30) {
        expect(licenses.recordWatched(v, 1_800, mine).allowed).toBe(true);
        clock.advance(30 * MINUTE_MS);
      }
      clock.advance(1);
      expect(licenses.recordWatched(v, 1, mine)).toMatchObject({ reason: 'playback-expired' });
    });

    test('lets nobody else in: no second window, no screen, no download', async () => {
      await nearTheEnd();
      clock.advance(1);
      expect(licenses.recordWatched(v, 1, other)).toMatchObject({ reason: 'playback-expired' });
      expect(licenses.verdict(v)).toMatchObject({ reason: 'playback-expired' });
      await expect(licenses.contentKey(v)).rejects.toMatchObject({ code: 'license/playback-expired' });
      expect(await licenses.contentKey(v, 'mine')).toEqual(issuer.contentKeyOf(v));
    });

    test('is over with the viewing, and with a restart', async () => {
      await nearTheEnd();
      clock.advance(1);
      expect(world.open().licenses.verdict(v, 'mine').allowed).toBe(false);
      licenses.endViewing(v, 'other');
      expect(licenses.verdict(v, 'mine').allowed).toBe(true);
      licenses.endViewing(v, 'mine');
      expect(licenses.verdict(v, 'mine').allowed).toBe(false);
    });
  });

  test('purging drops the key from the database; policy and first play stay for the screens', async () => {
    await started();
    const { license, claims, firstPlayAtMs } = rowOf();
    clock.advance(48 * HOUR_MS);
    licenses.purgeExpired();
    expect(rowOf()).toMatchObject({ license: null, claims, firstPlayAtMs });
    expect(dump()).not.toContain(license.split('.')[1]);
    expect(licenses.verdict(v)).toMatchObject({ reason: 'playback-expired', canRenew: true });
    expect(licenses.held()).toEqual([v]);
    // Even if time turns out to be earlier: the key is gone, and it says so.
    time.observeServiceTime(clock.now() - 20 * HOUR_MS);
    expect(licenses.verdict(v)).toMatchObject({ reason: 'playback-expired', canRenew: true });
    await licenses.renew(v);
    expect(await licenses.contentKey(v)).toEqual(issuer.contentKeyOf(v));
  });

  test('purging touches nothing that has not ended', async () => {
    await licenses.acquire(v, 'offline');
    const before = rowOf();
    clock.advance(30 * DAY_MS - 1);
    licenses.purgeExpired();
    expect(rowOf()).toEqual(before);
    clock.setWall(clock.now() - DAY_MS);
    licenses.purgeExpired();
    expect(rowOf()).toEqual(before);
  });
});

describe('a clock that is set back', () => {
  test('does not extend a window: play waits for the right time, and goes on then', async () => {
    await licenses.acquire(v, 'offline');
    clock.setWall(clock.now() - DAY_MS);
    await expect(licenses.contentKey(v)).rejects.toMatchObject({ code: 'license/clock-behind' });
    clock.advance(30 * DAY_MS);
    await expect(licenses.contentKey(v)).rejects.toMatchObject({ code: 'license/rental-expired' });
  });

  test('does not matter to a license without windows, or once the service was heard', async () => {
    await licenses.acquire(v, 'offline');
    const right = clock.now();
    clock.setWall(right - DAY_MS);
    time.observeServiceTime(right);
    expect(licenses.verdict(v).allowed).toBe(true);
    service.policy = { rental_duration_seconds: 0, playback_duration_seconds: 0 };
    await licenses.acquire('v2', 'offline');
    clock.setWall(right - 900 * DAY_MS);
    expect(licenses.verdict(v)).toMatchObject({ reason: 'clock-behind' });
    expect(licenses.verdict('v2').allowed).toBe(true);
  });
});

describe('renewal', () => {
  test('gives new windows: the rental begins anew, and nothing has been played', async () => {
    await licenses.acquire(v, 'offline');
    licenses.recordWatched(v, 10);
    clock.advance(100 * DAY_MS);
    licenses.purgeExpired();
    expect(await licenses.renew(v)).toMatchObject({
      allowed: true,
      firstPlayAtMs: null,
      startByMs: clock.now() + 30 * DAY_MS,
    });
    expect(licenses.recordWatched(v, 4)).toMatchObject({ firstPlayAtMs: null });
  });

  test('with another content key is refused, and the old license stays', async () => {
    await licenses.acquire(v, 'offline');
    const before = rowOf();
    service.renew = async () => ({
      license: await issuer.issue({ videoId: v, device, contentKey: new Uint8Array(16) }),
      nowMs: clock.now(),
    });
    await expect(licenses.renew(v)).rejects.toMatchObject({ code: 'license/forged' });
    expect(rowOf()).toEqual(before);
  });

  test('the same license sent again clears nothing', async () => {
    await licenses.acquire(v, 'offline');
    const { license } = rowOf();
    licenses.recordWatched(v, 10);
    service.renew = async () => ({ license, nowMs: clock.now() });
    expect(await licenses.renew(v)).toMatchObject({ firstPlayAtMs: clock.now() });
  });

  test('an older license, sent again, wins first play not back', async () => {
    const older = await issuer.issue({ videoId: v, device, issuedAtMs: clock.now() - DAY_MS });
    await licenses.acquire(v, 'offline');
    licenses.recordWatched(v, 10);
    const firstPlayAtMs = clock.now();
    clock.advance(HOUR_MS);
    service.acquire = async () => ({ license: older, nowMs: clock.now() });
    expect(await licenses.acquire(v, 'offline')).toMatchObject({ allowed: true, firstPlayAtMs });
  });

  test('is not asked for where the policy forbids it; offline it says so and changes nothing', async () => {
    service.policy = { can_renew: false };
    await licenses.acquire(v, 'offline');
    await expect(licenses.renew(v)).rejects.toMatchObject({ code: 'license/not-allowed' });
    service.policy = {};
    await licenses.acquire('v2', 'offline');
    service.online = false;
    await expect(licenses.renew('v2')).rejects.toMatchObject({ code: 'service/unreachable' });
    expect(licenses.verdict('v2').allowed).toBe(true);
  });

  test('of what is not held gets a license', async () => {
    expect(await licenses.renew(v)).toMatchObject({ allowed: true });
    expect(licenses.held()).toEqual([v]);
  });
});

describe('a license for streaming', () => {
  test('lives in memory, for this run, and gives way to one for offline use', async () => {
    const limit = { limitedBy: 'license', playableUntilMs: clock.now() + 24 * HOUR_MS };
    expect(await licenses.acquire(v, 'stream')).toMatchObject(limit);
    expect(await licenses.contentKey(v)).toEqual(issuer.contentKeyOf(v));
    expect(licenses.recordWatched(v, 10)).toMatchObject({ firstPlayAtMs: clock.now() });
    expect(licenses.held()).toEqual([]);
    expect(world.open().licenses.verdict(v)).toMatchObject({ reason: 'no-license' });
    expect(await licenses.acquire(v, 'offline')).toMatchObject({ limitedBy: 'rental', firstPlayAtMs: null });
  });

  test('ends', async () => {
    await licenses.acquire(v, 'stream');
    clock.advance(24 * HOUR_MS);
    await expect(licenses.contentKey(v)).rejects.toMatchObject({ code: 'license/expired' });
    licenses.purgeExpired();
    expect(licenses.verdict(v)).toMatchObject({ reason: 'no-license' });
  });
});

describe('another account on the same computer', () => {
  test('a license is its account’s alone: neither judged, nor held, nor opened by another', async () => {
    await licenses.acquire(v, 'offline');
    await licenses.acquire('v2', 'stream');
    await licenses.contentKey(v);
    for (const accountId of ['account-2', null]) {
      world.accountId = accountId;
      expect(licenses.held()).toEqual([]);
      expect(licenses.verdict('v2')).toMatchObject({ reason: 'no-license' });
      expect(licenses.recordWatched(v, 60)).toMatchObject({ reason: 'no-license' });
      await expect(licenses.contentKey(v)).rejects.toMatchObject({ code: 'license/none' });
    }
    world.accountId = 'account-1';
    expect(licenses.held()).toEqual([v]);
    expect(licenses.verdict(v)).toMatchObject({ allowed: true, firstPlayAtMs: null });
    expect(await licenses.contentKey(v)).toEqual(issuer.contentKeyOf(v));
  });

  test('what one account downloaded does not stand in the way of what another streams', async () => {
    await licenses.acquire(v, 'offline');
    clock.advance(31 * DAY_MS);
    world.accountId = 'account-2';
    const { acquire } = service;
    service.acquire = async (videoId, deviceId, purpose) => {
      await acquire(videoId, deviceId, purpose);
      const claims = { accountId: 'account-2' };
      const license = await issuer.issue({ videoId, device, purpose, issuedAtMs: clock.now(), claims });
      return { license, nowMs: clock.now() };
    };
    expect(await licenses.acquire(v, 'stream')).toMatchObject({ allowed: true });
    expect(await licenses.contentKey(v)).toEqual(issuer.contentKeyOf(v));
    world.accountId = 'account-1';
    expect(licenses.verdict(v)).toMatchObject({ reason: 'rental-expired' });
  });
});

describe('the content key in memory', () => {
  test('is the caller’s own copy', async () => {
    await licenses.acquire(v, 'offline');
    (await licenses.contentKey(v)).fill(0);
    expect(await licenses.contentKey(v)).toEqual(issuer.contentKeyOf(v));
    (await licenses.contentKey(v)).fill(0);
    expect(await licenses.contentKey(v)).toEqual(issuer.contentKeyOf(v));
  });

  test('is remembered while the verdict allows, and forgotten when it does not', async () => {
    await licenses.acquire(v, 'offline');
    await licenses.contentKey(v);
    const lookups = world.keyLookups();
    await licenses.contentKey(v);
    expect(world.keyLookups()).toBe(lookups);
    const right = clock.now();
    clock.setWall(right - DAY_MS);
    expect(licenses.verdict(v)).toMatchObject({ reason: 'clock-behind' });
    clock.setWall(right);
    await licenses.contentKey(v);
    expect(world.keyLookups()).toBe(lookups + 1);
  });

  test('is not handed out when the verdict ended while it was being opened', async () => {
    await licenses.acquire(v, 'offline');
    const opening = licenses.contentKey(v);
    clock.advance(30 * DAY_MS);
    await expect(opening).rejects.toMatchObject({ code: 'license/rental-expired' });
  });
});

test('durations are in seconds: thirty days are thirty days', async () => {
  await licenses.acquire(v, 'offline');
  const { claims } = rowOf();
  expect(claims.policy.rental_duration_seconds * SECOND_MS).toBe(30 * DAY_MS);
  clock.advance(30 * DAY_MS - MINUTE_MS);
  expect(licenses.verdict(v).allowed).toBe(true);
});
