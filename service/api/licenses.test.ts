import { calculateJwkThumbprint, compactDecrypt, compactVerify, importJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentKeyHex, film, startTestService } from '../../testing/service-api.ts';
import type { Answered, SignedIn, TestService } from '../../testing/service-api.ts';
import { LicenseClaims } from '../../src/shared/license.ts';
import { DAY_MS, HOUR_MS } from '../../src/shared/units.ts';
import { LicensesRenewAnswer, MOST_RENEWALS } from '../../src/shared/service-api.ts';
import type { AuditEntry } from './db/audit.ts';
import { policies } from './license-terms.ts';

let service: TestService;
beforeEach(async () => {
  service = await startTestService();
  await service.publish(film('dune'), film('arrival'), { title: film('abroad-only'), countries: ['US'] });
});
afterEach(() => service.close());

const acquire = (device: SignedIn, videoId = 'video-dune', purpose = 'offline'): Promise<Answered> =>
  device.post('/licenses', { videoId, deviceId: device.deviceId, purpose });
const renew = (device: SignedIn, licenseId: string): Promise<Answered> =>
  device.post(`/licenses/${licenseId}/renew`, { deviceId: device.deviceId });
const release = (device: SignedIn, licenseId: string): Promise<Answered> =>
  device.post(`/licenses/${licenseId}/release`, { deviceId: device.deviceId });

/** Opened as a client does: signature by the keys of sign-in, content key with the device's private key. */
async function open(device: SignedIn, answer: Answered) {
  expect(answer.status, answer.text).toBe(200);
  const { payload, protectedHeader } = await compactVerify(answer.body.license as string, async ({ kid }) => {
    const key = device.licenseKeys.find((one) => one.kid === kid);
    return importJWK(key ?? {}, 'EdDSA');
  });
  const claims = LicenseClaims.parse(JSON.parse(Buffer.from(payload).toString()));
  const { plaintext, protectedHeader: sealing } = await compactDecrypt(
    claims.sealedContentKey,
    device.privateKey,
  );
  return { claims, contentKeyHex: Buffer.from(plaintext).toString('hex'), protectedHeader, sealing };
}

describe('a license', () => {
  it('is signed by the key that sign-in gave, and sealed to the device', async () => {
    const device = await service.signIn();
    const { claims, ...opened } = await open(device, await acquire(device));
    expect(claims).toMatchObject({
      videoId: 'video-dune',
      accountId: 'account-traveler',
      deviceId: device.deviceId,
      purpose: 'offline',
      issuedAtMs: service.clock.now(),
      policy: policies.offline,
    });
    expect(opened.contentKeyHex).toBe(contentKeyHex);
    expect(opened.sealing).toMatchObject({ alg: 'ECDH-ES', enc: 'A256GCM' });
    const [key] = device.licenseKeys;
    expect(opened.protectedHeader).toEqual({ alg: 'EdDSA', kid: await calculateJwkThumbprint(key ?? {}) });
    const other = await service.signIn();
    await expect(compactDecrypt(claims.sealedContentKey, other.privateKey)).rejects.toThrow();
  });

  it('for streaming lasts a day and may not be kept', async () => {
    const device = await service.signIn();
    const { claims } = await open(device, await acquire(device, 'video-dune', 'stream'));
    expect(claims.policy).toMatchObject({ can_persist: false, license_duration_seconds: 86_400 });
  });

  it('for download follows the terms that people know', () => {
    expect(policies.offline).toMatchObject({
      can_play: true,
      can_persist: true,
      can_renew: true,
      license_duration_seconds: 0,
      rental_duration_seconds: 30 * 86_400,
      playback_duration_seconds: 48 * 3600,
      play_start_grace_period_seconds: 5,
      soft_enforce_playback_duration: true,
      soft_enforce_rental_duration: true,
      renewal_delay_seconds: 20 * 86_400,
    });
  });
});

describe('refused', () => {
  it.each([
    ['abroad', 'traveler@layover.example', 'video-abroad-only', 451, 'not-in-country'],
    ['unknown', 'traveler@layover.example', 'video-none', 404, 'not-found'],
    ['lapsed', 'lapsed@layover.example', 'video-dune', 403, 'subscription-inactive'],
    ['lapsed before all else', 'lapsed@layover.example', 'video-abroad-only', 403, 'subscription-inactive'],
  ])('%s', async (_, email, videoId, status, code) => {
    const answer = await acquire(await service.signIn(email), videoId);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('for another device than the one signed in', async () => {
    const [one, other] = [await service.signIn(), await service.signIn()];
    const answer = await one.post('/licenses', {
      videoId: 'video-dune',
      deviceId: other.deviceId,
      purpose: 'offline',
    });
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
  });

  it('for a purpose that there is not', async () => {
    expect((await acquire(await service.signIn(), 'video-dune', 'keep')).status).toBe(400);
  });
});

describe('renewal', () => {
  it('keeps the license and its content key, and starts the windows anew', async () => {
    const device = await service.signIn();
    const first = await open(device, await acquire(device));
    service.clock.advance(25 * DAY_MS);
    const second = await open(device, await renew(device, first.claims.licenseId));
    expect(second.contentKeyHex).toBe(first.contentKeyHex);
    expect(second.claims.licenseId).toBe(first.claims.licenseId);
    expect(second.claims.issuedAtMs).toBe(first.claims.issuedAtMs + 25 * DAY_MS);
  });

  it('is possible long after the end', async () => {
    const device = await service.signIn();
    const { claims } = await open(device, await acquire(device));
    service.clock.advance(120 * DAY_MS);
    expect((await renew(device, claims.licenseId)).status).toBe(200);
  });

  it('is refused for one that was given back, is not there, or is of another device', async () => {
    const [device, other] = [await service.signIn(), await service.signIn()];
    const { claims } = await open(device, await acquire(device));
    expect((await renew(other, claims.licenseId)).body.code).toBe('not-found');
    expect((await renew(device, 'license-none')).body.code).toBe('not-found');
    await release(device, claims.licenseId);
    const late = await renew(device, claims.licenseId);
    expect([late.status, late.body.code]).toEqual([403, 'not-allowed']);
  });

  it('is refused when the title may no longer be shown here', async () => {
    const device = await service.signIn();
    const { claims } = await open(device, await acquire(device));
    await service.publish({ title: film('dune'), countries: ['FR'] });
    expect((await renew(device, claims.licenseId)).status).toBe(451);
    await service.withdraw('dune');
    expect((await renew(device, claims.licenseId)).status).toBe(404);
  });
});

describe('several renewed at once', () => {
  const renewMany = (device: SignedIn, licenseIds: string[], deviceId = device.deviceId): Promise<Answered> =>
    device.post('/licenses/renew', { deviceId, licenseIds });

  it('are answered each by itself: a license of its own, or a refusal of its own', async () => {
    const [device, other] = [await service.signIn(), await service.signIn()];
    const [first, second] = [
      await open(device, await acquire(device)),
      await open(device, await acquire(device, 'video-arrival')),
    ];
    const theirs = await open(other, await acquire(other));
    await release(device, second.claims.licenseId);
    service.clock.advance(DAY_MS);
    const ids = [theirs, second, first].map(({ claims }) => claims.licenseId);
    const answer = await renewMany(device, [...ids, 'license-none', ids[2] ?? '']);
    expect(answer.status, answer.text).toBe(200);
    const { renewals, nowMs } = LicensesRenewAnswer.parse(answer.body);
    expect(nowMs).toBe(service.clock.now());
    expect(renewals.map((one) => [one.licenseId, 'problem' in one ? one.problem.code : 'license'])).toEqual([
      [ids[0], 'not-found'],
      [ids[1], 'not-allowed'],
      [ids[2], 'license'],
      ['license-none', 'not-found'],
    ]);
    const license = renewals.flatMap((one) => ('license' in one ? one.license : [])).join();
    const renewed = await open(device, { ...answer, body: { license } });
    expect(renewed.contentKeyHex).toBe(first.contentKeyHex);
    expect(renewed.claims).toMatchObject({ licenseId: ids[2], issuedAtMs: service.clock.now() });
  });

  it('are as many as the request may name, of the device that calls', async () => {
    const [device, other] = [await service.signIn(), await service.signIn()];
    const many = Array.from({ length: MOST_RENEWALS + 1 }, (_, n) => `license-${n}`);
    expect((await renewMany(device, many)).status).toBe(400);
    expect((await renewMany(device, many.slice(1))).status).toBe(200);
    expect((await renewMany(device, [])).status).toBe(400);
    expect((await renewMany(device, ['any'], other.deviceId)).status).toBe(401);
  });
});

describe('the device limit', () => {
  const basic = 'basic@layover.example';

  it('counts devices that hold downloads, not downloads, nor streams', async () => {
    const [one, two] = [await service.signIn(basic), await service.signIn(basic)];
    expect((await acquire(one)).status).toBe(200);
    expect((await acquire(one, 'video-arrival')).status).toBe(200);
    const refused = await acquire(two);
    expect([refused.status, refused.body.code]).toEqual([409, 'device-limit']);
    expect((await acquire(two, 'video-dune', 'stream')).status).toBe(200);
  });

  it('frees a device with its last release, which may be told twice', async () => {
    const [one, two] = [await service.signIn(basic), await service.signIn(basic)];
    const first = await open(one, await acquire(one));
    const second = await open(one, await acquire(one, 'video-arrival'));
    expect((await release(one, first.claims.licenseId)).status).toBe(204);
    expect((await acquire(two)).status).toBe(409);
    expect((await release(one, second.claims.licenseId)).status).toBe(204);
    expect((await release(one, second.claims.licenseId)).status).toBe(204);
    expect((await release(one, 'license-none')).status).toBe(204);
    expect((await acquire(two)).status).toBe(200);
  });

  it('is not freed by the release of somebody else', async () => {
    const [one, two] = [await service.signIn(basic), await service.signIn(basic)];
    const { claims } = await open(one, await acquire(one));
    expect((await release(two, claims.licenseId)).status).toBe(204);
    expect((await acquire(two)).status).toBe(409);
  });

  it('forgets what has ended; who comes back to it late may find the place taken', async () => {
    const [one, two] = [await service.signIn(basic), await service.signIn(basic)];
    const { claims } = await open(one, await acquire(one));
    service.clock.advance(30 * DAY_MS + 48 * HOUR_MS - 1);
    expect((await acquire(two)).status).toBe(409);
    service.clock.advance(1);
    expect((await acquire(two)).status).toBe(200);
    expect((await renew(one, claims.licenseId)).body.code).toBe('device-limit');
  });

  it('is left by removing a device', async () => {
    const [one, two] = [await service.signIn(basic), await service.signIn(basic)];
    await acquire(one);
    const held = (await two.get('/devices')).body.devices as { deviceId: string; heldVideoIds: string[] }[];
    expect(held.find(({ deviceId }) => deviceId === one.deviceId)?.heldVideoIds).toEqual(['video-dune']);
    await two.delete(`/devices/${one.deviceId}`);
    expect((await acquire(two)).status).toBe(200);
  });
});

it('writes down everything that happens to a license', async () => {
  const device = await service.signIn();
  const first = await open(device, await acquire(device));
  await renew(device, first.claims.licenseId);
  const second = await open(device, await acquire(device));
  await release(device, second.claims.licenseId);
  const { entries } = (await service.operator('GET', '/audit?accountId=account-traveler')).body;
  expect((entries as AuditEntry[]).map(({ licenseId, kind, reason }) => [licenseId, kind, reason])).toEqual([
    [first.claims.licenseId, 'issued', 'offline'],
    [first.claims.licenseId, 'renewed', 'offline'],
    [first.claims.licenseId, 'replaced', 'issued anew'],
    [second.claims.licenseId, 'issued', 'offline'],
    [second.claims.licenseId, 'released', 'by the device'],
  ]);
});
