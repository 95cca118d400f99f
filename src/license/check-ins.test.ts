import { randomBytes } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { createFakeCheckInService } from '../../testing/check-in-service.ts';
import type { FakeCheckInService } from '../../testing/check-in-service.ts';
import { createLicenseIssuer } from '../../testing/license-issuer.ts';
import { createLicenseWorld } from '../../testing/license-world.ts';
import type { LicenseWorld } from '../../testing/license-world.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { turns, until } from '../../testing/until.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../shared/units.ts';
import { createCheckIns } from './check-ins.ts';
import type { LicenseKey } from './claims.ts';

let world: LicenseWorld;
let service: FakeCheckInService;
let notices: string[];
let amendedVideos: string[];
let released: string[];
let keys: LicenseKey[];
let online: boolean;
/** True time, whatever the machine's clock says. */
let trueMs: number;
beforeEach(async () => {
  world = await createLicenseWorld();
  trueMs = world.clock.now();
  service = createFakeCheckInService(world.issuer, () => trueMs);
  [notices, amendedVideos, released, online] = [[], [], [], true];
  keys = [...world.issuer.publicKeys];
});

function open() {
  const { licenses, time } = world.open();
  const checkIns = createCheckIns({
    database: world.database,
    device: world.device,
    service,
    trustedTime: time,
    clock: world.clock,
    log: createRecordingLog(),
    random: (sizeBytes) => randomBytes(sizeBytes),
    accountId: () => world.accountId,
    licenseKeys: () => keys,
    keepLicenseKeys: (next) => (keys = next),
    isOnline: () => online,
    onAmended: (videoIds) => amendedVideos.push(...videoIds),
    onReleased: (videoIds) => released.push(...videoIds),
    onMet: () => undefined,
    onNotice: ({ code }) => notices.push(code),
  });
  return { licenses, time, checkIns };
}
const advance = (ms: number) => {
  trueMs += ms;
  world.clock.advance(ms);
};

test('counts each meeting once, also when an answer was lost', async () => {
  const { checkIns } = open();
  await checkIns.now();
  service.online = false;
  await expect(checkIns.now()).rejects.toMatchObject({ code: 'service/unreachable' });
  await expect(open().checkIns.now()).rejects.toMatchObject({ code: 'service/unreachable' });
  service.online = true;
  await checkIns.now();
  await checkIns.now();
  expect(service.asked.map(({ counter }) => counter)).toEqual([0, 1, 1, 1, 2]);
  const [, lost, restarted, heard, next] = service.asked.map(({ requestId }) => requestId);
  expect([restarted, heard]).toEqual([lost, lost]);
  expect(next).not.toBe(lost);
  expect(new Set(service.asked.map(({ nonce }) => nonce)).size).toBe(5);
});

test('what the service took back is locked at once, under way or not, and stays where it is', async () => {
  const { licenses, checkIns } = open();
  await licenses.acquire('v1', 'offline');
  await licenses.acquire('v2', 'offline');
  await licenses.contentKey('v1');
  licenses.recordWatched('v1', 10, { viewingId: 'window', durationSeconds: null });
  service.says = { revoked: [licenses.holdings()[0]?.licenseId ?? ''] };
  await checkIns.now();
  expect(amendedVideos).toEqual(['v1']);
  expect(licenses.verdict('v1', 'window')).toMatchObject({
    allowed: false,
    reason: 'revoked',
    sinceMs: trueMs,
  });
  await expect(licenses.contentKey('v1', 'window')).rejects.toMatchObject({ code: 'license/revoked' });
  expect(licenses.held()).toEqual(['v1', 'v2']);
  expect(licenses.verdict('v2').allowed).toBe(true);
  expect(JSON.stringify(world.database.sql.prepare('SELECT * FROM license_grants').all())).not.toContain(
    'eyJhbGciOiJFZERTQSIsImtpZCI6ImxpY2Vuc2Uta2V5LTEifQ.eyJsaWNlbnNlSWQiOiJsaWNlbnNlLTEi',
  );
});

test('an older state that was put back gets its first plays again, and the viewer is told', async () => {
  const { licenses, checkIns } = open();
  await licenses.acquire('v1', 'offline');
  const [held] = licenses.holdings();
  const atMs = trueMs + HOUR_MS;
  advance(3 * DAY_MS);
  service.says = {
    replayed: true,
    counter: 17,
    firstPlays: [{ licenseId: held?.licenseId ?? '', issuedAtMs: held?.issuedAtMs ?? 0, atMs }],
  };
  await checkIns.now();
  expect(notices).toEqual(['license/replay-found']);
  expect(licenses.verdict('v1')).toMatchObject({
    allowed: false,
    reason: 'playback-expired',
    sinceMs: atMs + 2 * DAY_MS,
  });
  service.says = {};
  await checkIns.now();
  expect(service.asked.at(-1)?.counter).toBe(17);
});

test('the first play of an earlier issue is nothing to a license that was renewed', async () => {
  const { licenses, checkIns } = open();
  await licenses.acquire('v1', 'offline');
  const [before] = licenses.holdings();
  advance(DAY_MS);
  await licenses.renew('v1');
  const licenseId = licenses.holdings()[0]?.licenseId ?? '';
  service.says = { firstPlays: [{ licenseId, issuedAtMs: before?.issuedAtMs ?? 0, atMs: trueMs }] };
  await checkIns.now();
  expect(licenses.verdict('v1')).toMatchObject({ firstPlayAtMs: null });
});

test('tells first plays, of the earliest that is known', async () => {
  const { licenses, checkIns } = open();
  await licenses.acquire('v1', 'offline');
  await licenses.acquire('v2', 'offline');
  advance(MINUTE_MS);
  licenses.recordWatched('v2', 10);
  await checkIns.now();
  const [, second] = licenses.holdings();
  expect(service.asked[0]?.firstPlays).toEqual([
    { licenseId: second?.licenseId, issuedAtMs: second?.issuedAtMs, atMs: trueMs },
  ]);
  expect(service.asked[0]?.held).toHaveLength(2);
});

test('a mad jump of the clock is taken back, and so is what was written under it', async () => {
  const { licenses, time, checkIns } = open();
  await licenses.acquire('v1', 'offline');
  await licenses.acquire('v2', 'offline');
  world.clock.setWall(trueMs + 10 * DAY_MS);
  licenses.recordWatched('v1', 10);
  const playedMs = trueMs;
  advance(HOUR_MS);
  world.clock.setWall(trueMs);
  expect(time.isClockBehind()).toBe(true);
  expect(licenses.verdict('v2')).toMatchObject({ reason: 'clock-behind' });
  await checkIns.now();
  expect(time.now()).toBe(trueMs);
  expect(notices).toEqual([]);
  expect(licenses.verdict('v2').allowed).toBe(true);
  expect(licenses.verdict('v1')).toMatchObject({ allowed: true, firstPlayAtMs: playedMs });
});

test('first play that lies in the future for whatever reason lies in the present at the latest', async () => {
  const { licenses, time, checkIns } = open();
  await licenses.acquire('v1', 'offline');
  world.clock.setWall(trueMs + 10 * DAY_MS);
  licenses.recordWatched('v1', 10);
  world.clock.setWall(trueMs);
  time.observeServiceTime(trueMs);
  expect(licenses.verdict('v1')).toMatchObject({ reason: 'clock-behind' });
  await checkIns.now();
  expect(licenses.verdict('v1')).toMatchObject({ allowed: true, firstPlayAtMs: trueMs });
});

test('a clock that is wrong is told to the viewer', async () => {
  const { time, checkIns } = open();
  world.clock.setWall(0);
  await checkIns.now();
  expect(time.now()).toBe(trueMs);
  expect(time.isClockBehind()).toBe(false);
  expect(notices).toEqual(['license/clock-corrected']);
});

test('time goes back by no word but a fresh one of who signed what is held', async () => {
  const { licenses, time, checkIns } = open();
  await licenses.acquire('v1', 'offline');
  const before = time.now();
  trueMs -= 10 * DAY_MS;
  const forged = expect.objectContaining({ code: 'license/forged' });

  service.says = { nonce: 'an-older-question-an-older-question' };
  await expect(checkIns.now()).rejects.toEqual(forged);
  service.says = { deviceId: 'another-device' };
  await expect(checkIns.now()).rejects.toEqual(forged);
  service.says = {};
  service.header = { typ: 'JWT' };
  await expect(checkIns.now()).rejects.toEqual(forged);
  const stranger = await createLicenseIssuer({ kid: 'stranger' });
  service.header = { typ: 'layover-check-in', kid: 'stranger' };
  service.signer = stranger;
  await expect(checkIns.now()).rejects.toEqual(forged);
  expect(time.now()).toBe(before);

  // A sign-in at a service of one's own brings its key; it may speak, and not turn time back.
  keys = [...keys, ...stranger.publicKeys];
  await checkIns.now();
  expect(time.now()).toBe(before);
});

test('new license keys are learned from one that is trusted, and a retired one goes with its last license', async () => {
  const { licenses, checkIns } = open();
  await licenses.acquire('v1', 'offline');
  const newer = await createLicenseIssuer({ kid: 'newer' });
  service.says = { licenseKeys: newer.publicKeys };
  await checkIns.now();
  expect(keys.map(({ kid }) => kid)).toEqual(['newer', 'license-key-1']);
  await licenses.contentKey('v1');
  await licenses.release('v1');
  service.signer = newer;
  service.header = { typ: 'layover-check-in', kid: 'newer' };
  await checkIns.now();
  expect(keys.map(({ kid }) => kid)).toEqual(['newer']);
});

test('the device secret is left in escrow once, and never in the clear', async () => {
  const { checkIns } = open();
  await checkIns.now();
  await checkIns.now();
  expect(service.escrow).toHaveLength(1);
  const secret = Buffer.from(world.device.deviceSecret);
  expect(service.escrow[0]).not.toContain(secret.toString('base64url'));
});

test('meets on coming online, every few hours, and soon when there is a reason, but not all the time', async () => {
  const { checkIns } = open();
  checkIns.look();
  checkIns.look();
  await until(() => world.clock.sleepers === 1);
  expect(service.asked).toHaveLength(1);
  checkIns.look();
  await turns(20);
  expect(service.asked).toHaveLength(1);
  advance(MINUTE_MS);
  await until(() => service.asked.length === 2 && world.clock.sleepers === 1);
  advance(6 * HOUR_MS);
  await until(() => service.asked.length === 3 && world.clock.sleepers === 1);
  online = false;
  advance(6 * HOUR_MS);
  checkIns.look();
  await turns(20);
  expect(service.asked).toHaveLength(3);
  await checkIns.stop();
  expect(world.clock.sleepers).toBe(0);
});

test('a first play is told at once, also one that comes in the middle of a meeting', async () => {
  const { checkIns } = open();
  checkIns.tell();
  checkIns.tell();
  await until(() => service.asked.length === 2 && world.clock.sleepers === 1);
  checkIns.tell();
  await until(() => service.asked.length === 3);
  await checkIns.stop();
});

test('a service that names another time than is known is asked for a signed one', async () => {
  const { checkIns } = open();
  checkIns.hint(trueMs + MINUTE_MS);
  await turns(20);
  expect(service.asked).toHaveLength(0);
  checkIns.hint(trueMs + DAY_MS);
  await until(() => world.clock.sleepers === 1);
  expect(service.asked).toHaveLength(1);
  await checkIns.stop();
});

test('a license that the service does not count as held is told of, to be replaced', async () => {
  const { licenses, checkIns } = open();
  await licenses.acquire('v1', 'offline');
  service.says = { released: [licenses.holdings()[0]?.licenseId ?? ''] };
  await checkIns.now();
  expect(released).toEqual(['v1']);
  expect(licenses.verdict('v1').allowed).toBe(true);
});

test('another account’s licenses are its own affair', async () => {
  const { licenses, checkIns } = open();
  await licenses.acquire('v1', 'offline');
  const [held] = licenses.holdings();
  world.accountId = 'account-2';
  service.says = { revoked: [held?.licenseId ?? ''], released: [held?.licenseId ?? ''] };
  await checkIns.now();
  expect(service.asked[0]).toMatchObject({ counter: 0, held: [], firstPlays: [] });
  world.accountId = 'account-1';
  expect(licenses.verdict('v1').allowed).toBe(true);
});

test('an edited row of the last meeting counts as none', async () => {
  const { checkIns } = open();
  await checkIns.now();
  world.database.sql.exec(
    `UPDATE check_ins SET state_json = replace(state_json, '"counter":1', '"counter":9')`,
  );
  await checkIns.now();
  expect(service.asked.at(-1)?.counter).toBe(0);
});
