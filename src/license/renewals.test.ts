import { beforeEach, expect, test } from 'vitest';
import { createLicenseWorld } from '../../testing/license-world.ts';
import type { LicenseWorld } from '../../testing/license-world.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { turn, until } from '../../testing/until.ts';
import { LayoverError } from '../shared/errors.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../shared/units.ts';
import { createRenewals } from './renewals.ts';
import type { Licenses } from './types.ts';

let world: LicenseWorld;
let isOnline: boolean;
let renewed: string[];
/** What the service does to a renewal; it grants where nothing is said. */
let answer: ((licenseId: string) => LayoverError | null) | undefined;
let asked: number;
let acquired: number;
beforeEach(async () => {
  world = await createLicenseWorld();
  world.service.policy = { renewal_delay_seconds: DAY_MS / 1000 };
  [isOnline, renewed, answer, asked, acquired] = [true, [], undefined, 0, 0];
  const { renew, acquire } = world.service;
  world.service.renew = async (licenseId, deviceId) => {
    asked++;
    const error = answer?.(licenseId);
    if (error) throw error;
    return renew(licenseId, deviceId);
  };
  world.service.acquire = async (...args) => {
    acquired++;
    return acquire(...args);
  };
});

function open() {
  const { licenses, time } = world.open();
  const renewals = createRenewals({
    database: world.database,
    licenses,
    trustedTime: time,
    clock: world.clock,
    log: createRecordingLog(),
    random: () => Uint8Array.of(255),
    isOnline: () => isOnline,
    onRenewed: (videoId) => renewed.push(videoId),
  });
  const unlisten = licenses.onChange(renewals.look);
  const stop = async () => {
    unlisten();
    await renewals.stop();
  };
  return { licenses, renewals, stop };
}

const issuedAt = (licenses: Licenses, videoId: string) =>
  licenses.holdings().find((held) => held.videoId === videoId)?.issuedAtMs;
async function settled(): Promise<void> {
  for (let turns = 0; turns < 30; turns++) await turn();
}

test('renews by itself when it is due, and not before', async () => {
  const { licenses, renewals, stop } = open();
  await licenses.acquire('v1', 'offline');
  renewals.look();
  await settled();
  expect(asked).toBe(0);
  expect(renewals.due()).toEqual([{ videoId: 'v1', atMs: world.clock.now() + DAY_MS }]);
  // A timer sleeps an hour at most: trusted time may jump.
  for (let hours = 0; hours < 24; hours++) {
    await until(() => world.clock.sleepers === 1);
    world.clock.advance(HOUR_MS);
  }
  await until(() => renewed.length === 1);
  expect(issuedAt(licenses, 'v1')).toBe(world.clock.now());
  await stop();
  expect(world.clock.sleepers).toBe(0);
});

test('never while offline; then all that is due, in requests of so many at the most', async () => {
  const { licenses, renewals, stop } = open();
  const videos = Array.from({ length: 30 }, (_, n) => `v${n}`);
  for (const videoId of videos) await licenses.acquire(videoId, 'offline');
  isOnline = false;
  world.clock.advance(2 * DAY_MS);
  renewals.look();
  await settled();
  expect(asked).toBe(0);

  isOnline = true;
  renewals.look();
  await until(() => renewed.length === 30);
  await settled();
  expect(asked).toBe(30);
  expect(world.service.batches).toEqual([25, 5]);
  await stop();
});

test('a playback window that has begun goes on; the others begin anew', async () => {
  world.service.policy = { renewal_delay_seconds: 3600 };
  const { licenses, stop } = open();
  await licenses.acquire('v1', 'offline');
  licenses.recordWatched('v1', 10);
  const firstPlayAtMs = world.clock.now();
  world.clock.advance(HOUR_MS);
  await until(() => renewed.length === 1);
  expect(licenses.verdict('v1')).toMatchObject({ allowed: true, firstPlayAtMs });
  expect(issuedAt(licenses, 'v1')).toBe(firstPlayAtMs + HOUR_MS);
  // By hand it is the viewer's wish, and everything begins anew.
  await licenses.renew('v1');
  expect(licenses.verdict('v1')).toMatchObject({ firstPlayAtMs: null });
  await stop();
});

test('the service hears of first play at once where the license wants that, and once', async () => {
  world.service.policy = { renewal_delay_seconds: 0, renew_with_usage: true };
  const { licenses, stop } = open();
  await licenses.acquire('v1', 'offline');
  world.clock.advance(HOUR_MS);
  licenses.recordWatched('v1', 10);
  await until(() => renewed.length === 1);
  world.clock.advance(1);
  licenses.recordWatched('v1', 10);
  await settled();
  expect(asked).toBe(1);
  expect(licenses.verdict('v1')).toMatchObject({ firstPlayAtMs: world.clock.now() - 1 });
  await stop();
});

test('a service whose clock is behind, so that all it issues is due at once, is not asked in circles', async () => {
  const { licenses, renewals, stop } = open();
  await licenses.acquire('v1', 'offline');
  world.service.policy = { renewal_delay_seconds: 1 };
  world.clock.advance(DAY_MS);
  const { renew } = world.service;
  world.service.renew = async (...args) => {
    world.clock.advance(2_000);
    return renew(...args);
  };
  renewals.look();
  await until(() => renewed.length === 1);
  await settled();
  renewals.look();
  await settled();
  expect(asked).toBe(1);
  await stop();
});

test('a busy service is asked again after a while, longer each time; a restart is no reason to ask sooner', async () => {
  const first = open();
  await first.licenses.acquire('v1', 'offline');
  answer = () => new LayoverError('service/unreachable');
  world.clock.advance(DAY_MS);
  first.renewals.look();
  await until(() => asked === 1 && world.clock.sleepers === 1);
  world.clock.advance(MINUTE_MS);
  await until(() => asked === 2 && world.clock.sleepers === 1);
  world.clock.advance(MINUTE_MS);
  await settled();
  expect(asked).toBe(2);
  await first.stop();

  const second = open();
  second.renewals.look();
  await settled();
  expect(asked).toBe(2);
  answer = undefined;
  world.clock.advance(MINUTE_MS);
  await until(() => renewed.length === 1);
  expect(world.database.sql.prepare('SELECT count FROM renewal_tries').pluck().get()).toBe(0);
  await second.stop();
});

test('the rest is spared when the service is busy, its Retry-After is obeyed, and what failed together comes again together', async () => {
  const { licenses, renewals, stop } = open();
  for (let n = 0; n < 30; n++) await licenses.acquire(`v${n}`, 'offline');
  answer = () => new LayoverError('service/unreachable', { retryAfterSeconds: 7200 });
  world.clock.advance(DAY_MS);
  renewals.look();
  await settled();
  expect(world.service.batches).toEqual([25]);
  const soonest = Math.min(...renewals.due().filter(({ atMs }) => atMs > world.clock.now()).map(({ atMs }) => atMs)); // prettier-ignore
  expect(soonest).toBe(world.clock.now() + 2 * HOUR_MS);
  answer = undefined;
  world.clock.advance(2 * HOUR_MS);
  renewals.look();
  await until(() => renewed.length === 30);
  expect(world.service.batches).toEqual([25, 25, 5]);
  await stop();
});

test('a refusal ends nothing: what plays goes on until its own end, and is asked for again after the interval', async () => {
  const { licenses, renewals, stop } = open();
  await licenses.acquire('v1', 'offline');
  answer = () => new LayoverError('auth/subscription-inactive');
  world.clock.advance(DAY_MS);
  renewals.look();
  await until(() => asked === 1);
  await settled();
  expect(licenses.verdict('v1').allowed).toBe(true);
  expect((await licenses.contentKey('v1')).byteLength).toBe(16);
  expect(renewals.due()).toEqual([{ videoId: 'v1', atMs: world.clock.now() + HOUR_MS }]);
  await stop();
});

test('a device that was removed and is back gets another license for the same bytes', async () => {
  const { licenses, renewals, stop } = open();
  await licenses.acquire('v1', 'offline');
  const [before] = licenses.holdings();
  const key = await licenses.contentKey('v1');
  answer = () => new LayoverError('license/not-allowed');
  world.clock.advance(DAY_MS);
  renewals.look();
  await until(() => renewed.length === 1);
  expect(acquired).toBe(2);
  expect(licenses.holdings()[0]?.licenseId).not.toBe(before?.licenseId);
  expect(await licenses.contentKey('v1')).toEqual(key);
  await stop();
});

test('by hand: an outcome for each, and no more questions once there is no way to the service', async () => {
  const { licenses, renewals, stop } = open();
  for (const videoId of ['v1', 'v2', 'v3']) await licenses.acquire(videoId, 'offline');
  const refused = licenses.holdings()[1]?.licenseId;
  answer = (licenseId) => (licenseId === refused ? new LayoverError('auth/subscription-inactive') : null);
  const outcomes = await renewals.renewNow(['v1', 'v2', 'v3']);
  expect(outcomes).toMatchObject([
    { videoId: 'v1', verdict: { allowed: true } },
    { videoId: 'v2', error: { code: 'auth/subscription-inactive' } },
    { videoId: 'v3', verdict: { allowed: true } },
  ]);
  answer = () => new LayoverError('network/offline');
  asked = 0;
  const many = Array.from({ length: 20 }, () => 'v1');
  const offline = await renewals.renewNow(many);
  expect(offline).toHaveLength(20);
  expect(offline.every((one) => 'error' in one && one.error.code === 'network/offline')).toBe(true);
  expect(asked).toBe(1);
  await stop();
});

test('each of a batch counts by itself: refused, left out of the answer, replaced, renewed', async () => {
  const { licenses, renewals, stop } = open();
  for (const videoId of ['v1', 'v2', 'v3', 'v4']) await licenses.acquire(videoId, 'offline');
  const idOf = (videoId: string) => licenses.holdings().find((held) => held.videoId === videoId)?.licenseId;
  const [refused, left, gone] = [idOf('v1'), idOf('v2'), idOf('v3')];
  const { renewMany } = world.service;
  world.service.renewMany = async (licenseIds, deviceId) => {
    const answers = await renewMany(licenseIds, deviceId);
    const missing = { error: new LayoverError('service/bad-answer') };
    return answers.map((one, at) => (licenseIds[at] === left ? missing : one));
  };
  answer = (licenseId) => {
    if (licenseId === gone) return new LayoverError('license/not-allowed');
    return licenseId === refused ? new LayoverError('auth/subscription-inactive') : null;
  };
  world.clock.advance(DAY_MS);
  renewals.look();
  await until(() => renewed.length === 2);
  await settled();
  expect(renewed.toSorted()).toEqual(['v3', 'v4']);
  expect(idOf('v3')).not.toBe(gone);
  expect(licenses.verdict('v1').allowed && licenses.verdict('v2').allowed).toBe(true);
  expect(renewals.due().slice(0, 2)).toEqual([
    { videoId: 'v2', atMs: world.clock.now() + MINUTE_MS },
    { videoId: 'v1', atMs: world.clock.now() + HOUR_MS },
  ]);
  await stop();
});

test('what is removed while it is renewed with others stays removed, and is given back', async () => {
  const { licenses, renewals, stop } = open();
  for (const videoId of ['v1', 'v2']) await licenses.acquire(videoId, 'offline');
  const { renewMany } = world.service;
  world.service.renewMany = async (...args) => {
    const answers = await renewMany(...args);
    await licenses.release('v1');
    return answers;
  };
  expect(await renewals.renewNow(['v1', 'v2'])).toMatchObject([
    { videoId: 'v1', error: { code: 'license/none' } },
    { videoId: 'v2', verdict: { allowed: true } },
  ]);
  expect(licenses.held()).toEqual(['v2']);
  expect(await licenses.flushReleases()).toBe(0);
  await stop();
});

test('a license that turns out to be revoked is locked, and not asked for again', async () => {
  const { licenses, renewals, stop } = open();
  await licenses.acquire('v1', 'offline');
  answer = () => new LayoverError('license/revoked');
  world.clock.advance(DAY_MS);
  renewals.look();
  await until(() => renewed.length === 1);
  expect(licenses.verdict('v1')).toMatchObject({ allowed: false, reason: 'revoked' });
  expect(renewals.due()).toEqual([]);
  await stop();
});

test('a license that the service has released is replaced, first play kept; refused, it is locked', async () => {
  const { licenses, renewals, stop } = open();
  for (const videoId of ['v1', 'v2', 'v3']) await licenses.acquire(videoId, 'offline');
  licenses.recordWatched('v1', 10);
  const firstPlayAtMs = world.clock.now();
  const { acquire } = world.service;
  world.service.acquire = async (videoId, ...rest) => {
    if (videoId === 'v2') throw new LayoverError('license/device-limit');
    if (videoId === 'v3') throw new LayoverError('service/unreachable');
    return acquire(videoId, ...rest);
  };
  renewals.replace(['v1', 'v2', 'v3']);
  await until(() => renewed.length === 2);
  await stop();
  expect(asked, 'for a renewal of what is gone').toBe(0);
  expect(licenses.verdict('v1')).toMatchObject({ allowed: true, firstPlayAtMs });
  expect(licenses.verdict('v2')).toMatchObject({ allowed: false, reason: 'revoked' });
  expect(licenses.verdict('v3')).toMatchObject({ allowed: true });
});

test('what was taken back and lifted comes back, also where nothing is renewed, and with its first play', async () => {
  world.service.policy = { can_renew: false };
  const { licenses, renewals, stop } = open();
  for (const videoId of ['v1', 'v2']) await licenses.acquire(videoId, 'offline');
  licenses.recordWatched('v1', 10);
  const firstPlayAtMs = world.clock.now();
  const key = await licenses.contentKey('v1');
  licenses.takeBack('v1');
  await expect(licenses.contentKey('v1')).rejects.toMatchObject({ code: 'license/revoked' });
  renewals.replace(['v1']);
  await until(() => renewed.length === 1);
  await stop();
  expect(licenses.verdict('v1')).toMatchObject({ allowed: true, firstPlayAtMs });
  expect(await licenses.contentKey('v1')).toEqual(key);
});

test.each([
  ['full', 'database/full', 'SQLITE_FULL'],
  ['failing', 'database/failing', 'SQLITE_IOERR_FSYNC'],
] as const)(
  'a %s disk takes no license back when another one should replace it, and breaks nothing',
  async (_, told, code) => {
    const { licenses, renewals, stop } = open();
    await licenses.acquire('v1', 'offline');
    const cause = Object.assign(new Error('of the database'), { code });
    const { acquire } = world.service;
    let refused = 0;
    world.service.acquire = async () => {
      refused++;
      throw new LayoverError(told, {}, { cause });
    };
    renewals.replace(['v1']);
    await until(() => refused === 1);
    await settled();
    expect(licenses.verdict('v1').allowed).toBe(true);
    world.service.acquire = acquire;
    renewals.replace(['v1']);
    await until(() => renewed.length === 1);
    await stop();
  },
);
