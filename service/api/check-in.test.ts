import { randomBytes } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, importJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { film, startTestService } from '../../testing/service-api.ts';
import type { Answered, SignedIn, TestService } from '../../testing/service-api.ts';
import { verifyStatement } from '../../src/license/statement.ts';
import type { CheckInBody, CheckInStatement } from '../../src/shared/check-in.ts';
import { DAY_MS, HOUR_MS } from '../../src/shared/units.ts';

let service: TestService;
beforeEach(async () => {
  service = await startTestService();
  await service.publish(film('dune'), film('arrival'));
});
afterEach(() => service.close());

const random = () => randomBytes(18).toString('base64url');
const ask = (device: SignedIn, body: Partial<CheckInBody> = {}): Promise<Answered> =>
  device.post(`/devices/${device.deviceId}/check-in`, {
    counter: 0,
    requestId: random(),
    nonce: random(),
    floorMs: service.clock.now(),
    kids: device.licenseKeys.map(({ kid }) => kid),
    held: [],
    firstPlays: [],
    ...body,
  });
async function heard(device: SignedIn, body: Partial<CheckInBody> = {}): Promise<CheckInStatement> {
  const nonce = random();
  const answer = await ask(device, { nonce, ...body });
  expect(answer.status, answer.text).toBe(200);
  const { statement } = answer.body as { statement: string };
  return (await verifyStatement(statement, { ...device, nonce })).word;
}
async function acquired(device: SignedIn, videoId = 'video-dune') {
  const answer = await device.post('/licenses', { videoId, deviceId: device.deviceId, purpose: 'offline' });
  expect(answer.status, answer.text).toBe(200);
  const [, payload] = (answer.body as { license: string }).license.split('.');
  return JSON.parse(Buffer.from(payload ?? '', 'base64url').toString()) as {
    licenseId: string;
    issuedAtMs: number;
  };
}

describe('a check-in', () => {
  it('answers with the time, signed, for this device and this question', async () => {
    const device = await service.signIn();
    const word = await heard(device);
    expect(word).toMatchObject({
      nowMs: service.clock.now(),
      counter: 1,
      replayed: false,
      revoked: [],
      released: [],
    });
    expect(word.licenseKeys).toEqual(device.licenseKeys);
    const other = await service.signIn();
    expect((await other.post(`/devices/${device.deviceId}/check-in`, {})).status).toBe(400);
    expect((await ask({ ...other, deviceId: device.deviceId })).status).toBe(401);
    expect((await ask(device, { nonce: 'short' })).status).toBe(400);
  });

  it('is signed with a key that the device knows, or else with that of today', async () => {
    const device = await service.signIn();
    const kidOf = async (kids: string[]) => {
      const { body } = await ask(device, { kids });
      return JSON.parse(Buffer.from((body as { statement: string }).statement.split('.')[0] ?? '', 'base64url').toString()) as object; // prettier-ignore
    };
    const { kid } = device.licenseKeys[0] ?? { kid: '' };
    expect(await kidOf(['unheard-of', kid])).toMatchObject({ alg: 'EdDSA', kid, typ: 'layover-check-in' });
    expect(await kidOf([])).toMatchObject({ kid });
  });

  it('finds out an older state that was put back, and two computers with one identity', async () => {
    const device = await service.signIn();
    const { counter: first } = await heard(device);
    const { counter: second } = await heard(device, { counter: first });
    expect([first, second]).toEqual([1, 2]);
    expect(await heard(device, { counter: first })).toMatchObject({ replayed: true, counter: 3 });
    expect(await heard(device, { counter: second })).toMatchObject({ replayed: true, counter: 4 });
    expect(await heard(device, { counter: 4 })).toMatchObject({ replayed: false, counter: 5 });
  });

  it('counts once when its answer was lost, and follows a device that counts further', async () => {
    const device = await service.signIn();
    const requestId = random();
    expect(await heard(device, { requestId })).toMatchObject({ counter: 1 });
    expect(await heard(device, { requestId })).toMatchObject({ counter: 1, replayed: false });
    expect(await heard(device, { counter: 41 })).toMatchObject({ counter: 42, replayed: false });
  });

  it('remembers the earliest first play of an issue, not later than now', async () => {
    const device = await service.signIn();
    const { licenseId, issuedAtMs } = await acquired(device);
    const tell = (atMs: number, issued = issuedAtMs) =>
      heard(device, { held: [licenseId], firstPlays: [{ licenseId, issuedAtMs: issued, atMs }] });
    service.clock.advance(DAY_MS);
    const nowMs = service.clock.now();
    expect((await tell(nowMs + 40 * DAY_MS)).firstPlays).toEqual([{ licenseId, issuedAtMs, atMs: nowMs }]);
    expect((await tell(nowMs - HOUR_MS)).firstPlays).toMatchObject([{ atMs: nowMs - HOUR_MS }]);
    expect((await tell(nowMs)).firstPlays).toMatchObject([{ atMs: nowMs - HOUR_MS }]);
    expect((await heard(device, { held: [licenseId] })).firstPlays).toMatchObject([
      { atMs: nowMs - HOUR_MS },
    ]);
    expect((await heard(device)).firstPlays).toEqual([]);

    // Renewed: what was played under the earlier issue counts for that one.
    await device.post(`/licenses/${licenseId}/renew`, { deviceId: device.deviceId });
    expect((await tell(nowMs, nowMs)).firstPlays).toEqual([{ licenseId, issuedAtMs: nowMs, atMs: nowMs }]);
    expect((await tell(nowMs - DAY_MS)).firstPlays).toMatchObject([{ issuedAtMs: nowMs, atMs: nowMs }]);
    // An issue that there was not is not believed.
    expect((await tell(1, nowMs + DAY_MS)).firstPlays).toMatchObject([{ atMs: nowMs }]);
  });

  it('believes nobody about a license of others', async () => {
    const [device, other] = [await service.signIn(), await service.signIn()];
    const { licenseId, issuedAtMs } = await acquired(device);
    const lie = { held: [licenseId], firstPlays: [{ licenseId, issuedAtMs, atMs: 1 }] };
    expect(await heard(other, lie)).toMatchObject({ firstPlays: [], released: [licenseId] });
  });

  it('says which licenses are not held here any more', async () => {
    const device = await service.signIn();
    const [dune, arrival] = [await acquired(device), await acquired(device, 'video-arrival')];
    await device.post(`/licenses/${dune.licenseId}/release`, { deviceId: device.deviceId });
    const held = [dune.licenseId, arrival.licenseId, 'never-heard-of'];
    expect(await heard(device, { held })).toMatchObject({
      revoked: [],
      released: [dune.licenseId, 'never-heard-of'],
    });
  });
});

describe('a revocation', () => {
  const operate = (below: string, which: Record<string, string>) =>
    service.operator('POST', `/revocations${below}`, { which, reason: 'a test' });
  const whiches = (device: SignedIn, licenseId: string): Record<string, string>[] => [
    { titleId: 'dune' },
    { deviceId: device.deviceId },
    { licenseId },
  ];

  it.each([0, 1, 2])('is told as long as it stands, and as given back once it is lifted: %i', async (n) => {
    const device = await service.signIn();
    const { licenseId } = await acquired(device);
    const which = whiches(device, licenseId)[n] ?? {};
    const held = [licenseId];
    await operate('', which);
    expect(await heard(device, { held })).toMatchObject({ revoked: held, released: [] });
    expect((await operate('/lift', which)).status).toBe(204);
    expect(await heard(device, { held })).toMatchObject({ revoked: [], released: held });
    const { licenseId: another } = await acquired(device);
    expect(await heard(device, { held: [another] })).toMatchObject({ revoked: [], released: [] });
  });

  it('of one kind that is lifted leaves another standing', async () => {
    const device = await service.signIn();
    const { licenseId } = await acquired(device);
    await operate('', { deviceId: device.deviceId });
    await operate('', { titleId: 'dune' });
    await operate('/lift', { titleId: 'dune' });
    expect(await heard(device, { held: [licenseId] })).toMatchObject({ revoked: [licenseId], released: [] });
  });
});

describe('a device secret in escrow', () => {
  const secret = randomBytes(32).toString('base64url');
  async function sealed(device: SignedIn, deviceId = device.deviceId): Promise<string> {
    const { escrowKey } = await heard(device);
    return new CompactEncrypt(Buffer.from(JSON.stringify({ deviceId, deviceSecret: secret })))
      .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
      .encrypt(await importJWK(escrowKey, 'ECDH-ES'));
  }
  const leave = (device: SignedIn, sealedDeviceSecret: string) =>
    service.request('PUT', `/devices/${device.deviceId}/escrow`, {
      headers: { authorization: `Bearer ${device.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ sealedDeviceSecret }),
    });
  const recover = (device: SignedIn, lostId: string) =>
    device.post(`/devices/${lostId}/recover`, { deviceId: device.deviceId });

  it('comes back to another device of the account, for it alone, and the lost one is gone', async () => {
    const lost = await service.signIn();
    await acquired(lost);
    expect((await leave(lost, await sealed(lost))).status).toBe(204);
    const fresh = await service.signIn();
    for (const _again of [1, 2]) {
      const answer = await recover(fresh, lost.deviceId);
      expect(answer.status, answer.text).toBe(200);
      const { plaintext } = await compactDecrypt(answer.body.sealedDeviceSecret as string, fresh.privateKey);
      expect(JSON.parse(Buffer.from(plaintext).toString())).toEqual({
        deviceId: lost.deviceId,
        deviceSecret: secret,
      });
    }
    expect((await lost.get('/profiles')).status).toBe(401);
    const { devices } = (await fresh.get('/devices')).body as { devices: { deviceId: string }[] };
    expect(devices.map(({ deviceId }) => deviceId)).toEqual([fresh.deviceId]);
  });

  it('is nobody else’s', async () => {
    const lost = await service.signIn();
    await leave(lost, await sealed(lost));
    const stranger = await service.signIn('basic@layover.example');
    expect((await recover(stranger, lost.deviceId)).status).toBe(404);
    const fresh = await service.signIn();
    expect((await recover(fresh, 'unheard-of')).status).toBe(404);
    expect((await recover(lost, lost.deviceId)).status).toBe(404);
    expect((await fresh.post(`/devices/${lost.deviceId}/recover`, { deviceId: lost.deviceId })).status).toBe(
      401,
    );
    expect((await lost.get('/profiles')).status).toBe(200);
  });

  it('is refused when it cannot be opened, or is another’s', async () => {
    const device = await service.signIn();
    expect((await leave(device, 'not.a.jwe')).status).toBe(400);
    expect((await leave(device, await sealed(device, 'another'))).status).toBe(400);
    const other = await service.signIn();
    expect((await leave({ ...other, deviceId: device.deviceId }, await sealed(device))).status).toBe(401);
  });
});
