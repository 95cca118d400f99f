import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { film, series, startTestService } from '../../testing/service-api.ts';
import type { Answered, SignedIn, TestService } from '../../testing/service-api.ts';
import { LicenseClaims } from '../../src/shared/license.ts';
import { DAY_MS } from '../../src/shared/units.ts';
import { planTerms } from './license-terms.ts';
import type { TermsChange } from './license-terms.ts';

let service: TestService;
let device: SignedIn;
beforeEach(async () => {
  service = await startTestService();
  device = await service.signIn();
  await service.publish(
    film('dune', { supplier: 'Arrakis Films' }),
    film('sand', { supplier: 'Arrakis Films' }),
    film('other', { supplier: 'Harbor Pictures' }),
    film('plain'),
    series('line', 3, { supplier: 'Arrakis Films' }),
    film('grown-up', { maturityRating: '16' }),
  );
});
afterEach(() => service.close());

const change = async (terms: TermsChange | null, where: { plan?: string; titleId?: string } = {}) => {
  const answer = await service.operator('PUT', '/terms', { ...where, terms, reason: 'a test' });
  expect(answer.status, answer.text).toBe(204);
};
const acquire = (who: SignedIn, videoId: string, more: Record<string, unknown> = {}): Promise<Answered> =>
  who.post('/licenses', { videoId, deviceId: who.deviceId, purpose: 'offline', ...more });
const claimsOf = (answer: Answered): LicenseClaims => {
  expect(answer.status, answer.text).toBe(200);
  return LicenseClaims.parse(decodeJwt(answer.body.license as string));
};
const renew = (who: SignedIn, licenseId: string): Promise<Answered> =>
  who.post(`/licenses/${licenseId}/renew`, { deviceId: who.deviceId });
const release = (who: SignedIn, licenseId: string): Promise<Answered> =>
  who.post(`/licenses/${licenseId}/release`, { deviceId: who.deviceId });
const refusal = ({ status, body }: Answered) => [status, body.code];
const audit = async () => (await service.operator('GET', '/audit')).body.entries as Record<string, unknown>[];

describe('terms', () => {
  it('of a title under a plan count for more than those of the title, and these for more than the plan’s', async () => {
    await change({ offline: { rental_duration_seconds: 100 }, maxHeight: 720 }, { plan: 'premium' });
    await change({ offline: { rental_duration_seconds: 60 } }, { titleId: 'dune' });
    await change({ offline: { playback_duration_seconds: 10 } }, { titleId: 'dune', plan: 'premium' });
    const dune = claimsOf(await acquire(device, 'video-dune'));
    expect(dune.policy).toEqual({
      ...planTerms.premium.offline,
      rental_duration_seconds: 60,
      playback_duration_seconds: 10,
    });
    expect(dune.maxHeight).toBe(720);
    const sand = claimsOf(await acquire(device, 'video-sand'));
    expect(sand.policy).toEqual({ ...planTerms.premium.offline, rental_duration_seconds: 100 });
    const answer = await service.operator('GET', '/terms?titleId=dune');
    expect(answer.body.plans.premium.offline).toEqual(dune.policy);
    expect(answer.body.plans.basic.offline.rental_duration_seconds).toBe(60);
    expect(answer.body.changes).toHaveLength(3);
  });

  it('reach a license at its next renewal, and can be taken back', async () => {
    const { licenseId } = claimsOf(await acquire(device, 'video-dune'));
    await change({ offline: { rental_duration_seconds: 60 } }, { titleId: 'dune' });
    expect(claimsOf(await renew(device, licenseId)).policy.rental_duration_seconds).toBe(60);
    await change(null, { titleId: 'dune' });
    expect(claimsOf(await renew(device, licenseId)).policy).toEqual(planTerms.premium.offline);
  });

  it('are refused when they are not terms', async () => {
    for (const terms of [
      { maxHight: 1 },
      { offline: { rental_duration_seconds: -1 } },
      { offline: { cn_play: true } },
    ]) {
      const answer = await service.operator('PUT', '/terms', { terms, reason: 'x' });
      expect(refusal(answer)).toEqual([400, 'malformed']);
    }
  });

  it('without keeping refuse a download, and a stream without playing', async () => {
    await change({ offline: { can_persist: false } }, { titleId: 'dune' });
    await change({ stream: { can_play: false } }, { titleId: 'sand' });
    expect(refusal(await acquire(device, 'video-dune'))).toEqual([403, 'not-allowed']);
    expect((await acquire(device, 'video-dune', { purpose: 'stream' })).status).toBe(200);
    expect(refusal(await acquire(device, 'video-sand', { purpose: 'stream' }))).toEqual([403, 'not-allowed']);
  });

  it('may let a download come before its title starts', async () => {
    const notBeforeMs = service.clock.now() + DAY_MS;
    await change({ notBeforeMs }, { titleId: 'dune' });
    expect(claimsOf(await acquire(device, 'video-dune')).notBeforeMs).toBe(notBeforeMs);
    expect(claimsOf(await acquire(device, 'video-sand')).notBeforeMs).toBeUndefined();
  });
});

describe('the tallest picture', () => {
  /** The video with another rendition that is 720 high, as the encoder writes it. */
  async function addTaller(): Promise<void> {
    const folder = path.join(service.dataDir, 'media', 'video-dune');
    const again = async (file: string, block: RegExp) => {
      const text = await readFile(path.join(folder, file), 'utf8');
      const taller = (small: string) =>
        small.replaceAll('v-240p', 'v-720p').replace('426x240', '1280x720').replace('"240"', '"720"');
      await writeFile(
        path.join(folder, file),
        text.replace(block, (small) => small + taller(small)),
      );
    };
    await again('master.m3u8', /#EXT-X-STREAM-INF.*\n.*\n/);
    await again('manifest.mpd', /[ ]*<Representation[^]*<\/Representation>\n/);
  }

  it('is in the license, and no manifest names a taller one', async () => {
    await addTaller();
    const heights = async (who: SignedIn) => [
      [...(await who.get('/playback/video-dune/manifest.m3u8')).text.matchAll(/x(\d+),SUB/g)].map(
        ([, h]) => h,
      ),
      [...(await who.get('/playback/video-dune/manifest.mpd')).text.matchAll(/height="(\d+)"/g)].map(
        ([, h]) => h,
      ),
    ];
    const basic = await service.signIn('basic@layover.example');
    expect(await heights(device)).toEqual([
      ['240', '720'],
      ['240', '720'],
    ]);
    expect(claimsOf(await acquire(device, 'video-dune')).maxHeight).toBeUndefined();
    expect(await heights(basic)).toEqual([['240'], ['240']]);
    expect(claimsOf(await acquire(basic, 'video-dune')).maxHeight).toBe(480);
    await change({ maxHeight: 100 }, { titleId: 'dune' });
    expect(await heights(device), 'the least tall stays').toEqual([['240'], ['240']]);
  });
});

describe('limits', () => {
  it('count titles on one device, and a series as one', async () => {
    await change({ maxTitles: 2 });
    claimsOf(await acquire(device, 'video-line-e1'));
    const { licenseId } = claimsOf(await acquire(device, 'video-dune'));
    expect((await acquire(device, 'video-line-e2')).status).toBe(200);
    expect((await acquire(device, 'video-dune')).status, 'again').toBe(200);
    expect(refusal(await acquire(device, 'video-sand'))).toEqual([409, 'title-limit']);
    expect((await acquire(device, 'video-sand', { purpose: 'stream' })).status).toBe(200);
    expect((await acquire(await service.signIn(), 'video-sand')).status, 'on another device').toBe(200);
    await release(device, licenseId);
    expect(refusal(await acquire(device, 'video-sand')), 'one was replaced, the other is held').toEqual([
      409,
      'title-limit',
    ]);
    const held = (await audit()).filter(({ kind, videoId }) => kind === 'issued' && videoId === 'video-dune');
    await release(device, held.at(-1)?.['licenseId'] as string);
    expect((await acquire(device, 'video-sand')).status).toBe(200);
  });

  it('count titles of one supplier', async () => {
    await change({ maxTitlesOfSupplier: 1 });
    const { licenseId } = claimsOf(await acquire(device, 'video-dune'));
    expect(refusal(await acquire(device, 'video-line-e1'))).toEqual([409, 'supplier-limit']);
    expect((await acquire(device, 'video-other')).status).toBe(200);
    expect((await acquire(device, 'video-plain')).status).toBe(200);
    await release(device, licenseId);
    expect((await acquire(device, 'video-line-e1')).status).toBe(200);
    expect((await acquire(device, 'video-line-e2')).status, 'of the same title').toBe(200);
  });

  it('count what a year saw of a title, but not what was sent twice or renewed', async () => {
    await change({ maxYearly: 2 }, { titleId: 'dune' });
    const firstAtMs = service.clock.now();
    claimsOf(await acquire(device, 'video-dune'));
    const { licenseId } = claimsOf(await acquire(device, 'video-dune'));
    expect((await renew(device, licenseId)).status).toBe(200);
    await release(device, licenseId);
    service.clock.advance(DAY_MS);
    const second = claimsOf(await acquire(device, 'video-dune'));
    await release(device, second.licenseId);
    const refused = await acquire(device, 'video-dune');
    expect(refusal(refused)).toEqual([409, 'yearly-limit']);
    expect(refused.body.availableAtMs).toBe(firstAtMs + 365 * DAY_MS);
    expect(refusal(await acquire(await service.signIn('abroad@layover.example'), 'video-dune'))).toEqual([
      200,
      undefined,
    ]);
    device = await signedInAfter(firstAtMs + 365 * DAY_MS - 1 - service.clock.now());
    expect((await acquire(device, 'video-dune')).status).toBe(409);
    service.clock.advance(1);
    expect((await acquire(device, 'video-dune')).status).toBe(200);
  });

  /** A sign-in lasts half a year. */
  function signedInAfter(ms: number): Promise<SignedIn> {
    service.clock.advance(ms);
    return service.signIn('traveler@layover.example', device);
  }

  it('refuse a renewal once a plan includes less', async () => {
    const { licenseId } = claimsOf(await acquire(device, 'video-dune'));
    claimsOf(await acquire(device, 'video-sand'));
    await change({ maxTitles: 1 });
    expect(refusal(await renew(device, licenseId))).toEqual([409, 'title-limit']);
  });
});

describe('maturity', () => {
  it('is of the profile in whose name it is asked, where one is named', async () => {
    expect(refusal(await acquire(device, 'video-grown-up', { profileId: 'profile-kim' }))).toEqual([
      403,
      'restricted',
    ]);
    expect(refusal(await acquire(device, 'video-dune', { profileId: 'profile-basic' }))).toEqual([
      404,
      'unknown-profile',
    ]);
    expect((await acquire(device, 'video-grown-up', { profileId: 'profile-ana' })).status).toBe(200);
    expect((await acquire(device, 'video-grown-up')).status).toBe(200);
  });
});

describe('revocation', () => {
  const revoke = async (which: Record<string, string>): Promise<string[]> => {
    const answer = await service.operator('POST', '/revocations', { which, reason: 'lost its rights' });
    expect(answer.status, answer.text).toBe(200);
    return answer.body.licenseIds as string[];
  };
  const lift = (which: Record<string, string>) =>
    service.operator('POST', '/revocations/lift', { which, reason: 'a mistake' });

  it('of a license: it is not renewed, counts no more, and another may be had', async () => {
    await change({ maxTitles: 1 });
    const { licenseId } = claimsOf(await acquire(device, 'video-dune'));
    expect(await revoke({ licenseId })).toEqual([licenseId]);
    expect(refusal(await renew(device, licenseId))).toEqual([403, 'revoked']);
    expect((await acquire(device, 'video-sand')).status).toBe(200);
    expect(await revoke({ licenseId }), 'again').toEqual([]);
    expect((await release(device, licenseId)).status).toBe(204);
  });

  it('of a title: from every device, until it is lifted', async () => {
    const other = await service.signIn('abroad@layover.example');
    const [mine, theirs] = [
      claimsOf(await acquire(device, 'video-line-e1')),
      claimsOf(await acquire(other, 'video-line-e2')),
    ];
    expect((await revoke({ titleId: 'line' })).sort()).toEqual([mine.licenseId, theirs.licenseId].sort());
    expect(refusal(await acquire(device, 'video-line-e3'))).toEqual([403, 'revoked']);
    expect(refusal(await acquire(device, 'video-line-e3', { purpose: 'stream' }))).toEqual([403, 'revoked']);
    expect((await lift({ titleId: 'line' })).status).toBe(204);
    expect((await lift({ titleId: 'line' })).status).toBe(404);
    expect((await acquire(device, 'video-line-e1')).status).toBe(200);
    expect(refusal(await renew(device, mine.licenseId)), 'as one that was given back').toEqual([
      403,
      'not-allowed',
    ]);
  });

  it('of a license: the device has no other of that video until it is lifted; other devices do', async () => {
    const other = await service.signIn();
    const { licenseId } = claimsOf(await acquire(device, 'video-dune'));
    await revoke({ licenseId });
    expect(refusal(await acquire(device, 'video-dune'))).toEqual([403, 'revoked']);
    expect((await acquire(other, 'video-dune')).status).toBe(200);
    expect((await lift({ licenseId })).status).toBe(204);
    expect((await lift({ licenseId })).status).toBe(404);
    expect(claimsOf(await acquire(device, 'video-dune')).licenseId).not.toBe(licenseId);
  });

  it('lifted, and without room meanwhile, is refused by the limit and not as revoked', async () => {
    await change({ maxTitles: 1 });
    const { licenseId } = claimsOf(await acquire(device, 'video-dune'));
    await revoke({ titleId: 'dune' });
    claimsOf(await acquire(device, 'video-sand'));
    await lift({ titleId: 'dune' });
    expect(refusal(await renew(device, licenseId))).toEqual([403, 'not-allowed']);
    expect(refusal(await acquire(device, 'video-dune'))).toEqual([409, 'title-limit']);
  });

  it('of a device: of that one alone', async () => {
    const other = await service.signIn();
    const { licenseId } = claimsOf(await acquire(device, 'video-dune'));
    expect(await revoke({ deviceId: device.deviceId })).toEqual([licenseId]);
    expect(refusal(await acquire(device, 'video-dune'))).toEqual([403, 'revoked']);
    expect((await acquire(other, 'video-dune')).status).toBe(200);
    expect((await lift({ deviceId: device.deviceId })).status).toBe(204);
    expect((await acquire(device, 'video-dune')).status).toBe(200);
  });

  it('names one thing', async () => {
    for (const which of [{}, { licenseId: 'a', titleId: 'b' }, { accountId: 'a' }])
      expect((await service.operator('POST', '/revocations', { which, reason: 'x' })).status).toBe(400);
  });
});

describe('the audit log', () => {
  it('has every step and refusal with its reason', async () => {
    await change({ maxTitles: 1 });
    const { licenseId } = claimsOf(await acquire(device, 'video-dune'));
    await acquire(device, 'video-sand');
    await acquire(device, 'video-none');
    await service.operator('POST', '/revocations', { which: { licenseId }, reason: 'by court order' });
    await renew(device, licenseId);
    await device.delete(`/devices/${device.deviceId}`);
    const entries = await audit();
    expect(entries.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['terms-changed', 'all plans, all titles: {"maxTitles":1}: a test'],
      ['issued', 'offline'],
      ['refused', 'title-limit'],
      ['refused', 'not-found'],
      ['revoked', 'by court order'],
      ['refused', 'revoked'],
      ['released', 'the device was removed'],
      ['device-removed', 'by the account'],
    ]);
    expect(entries[1]).toMatchObject({
      licenseId,
      accountId: 'account-traveler',
      deviceId: device.deviceId,
      videoId: 'video-dune',
      atMs: service.clock.now(),
    });
    const { entries: later } = (
      await service.operator('GET', `/audit?since=${entries[5]?.['seq'] as number}`)
    ).body;
    expect(later).toHaveLength(2);
  });
});

describe('an operator', () => {
  it('is nobody without the token, and nobody at all where there is none', async () => {
    for (const authorization of ['', 'Bearer no', `Bearer ${device.token}`]) {
      const answer = await service.request('GET', '/operator/audit', { headers: { authorization } });
      expect(refusal(answer)).toEqual([401, 'unauthorized']);
    }
    const closed = await startTestService({ operatorToken: undefined as unknown as string });
    expect(refusal(await closed.operator('GET', '/audit'))).toEqual([401, 'unauthorized']);
    await closed.close();
  });
});

describe('keys', () => {
  const rotate = async () =>
    (await service.operator('POST', '/signing-keys', { reason: 'yearly' })).body.keys as { kid: string }[];
  const published = async () =>
    ((await device.get('/license-keys')).body.licenseKeys as { kid: string }[]).map(({ kid }) => kid);
  const kidOf = (answer: Answered) =>
    (
      JSON.parse(
        Buffer.from((answer.body.license as string).split('.')[0] ?? '', 'base64url').toString(),
      ) as { kid: string }
    ).kid;

  it('that sign are replaced; the retired is published while a license under it is alive', async () => {
    const first = await acquire(device, 'video-dune');
    const [old] = await published();
    const [next] = await rotate();
    expect(kidOf(first)).toBe(old);
    expect(await published()).toEqual([next?.kid, old]);
    const second = await acquire(device, 'video-sand');
    expect(kidOf(second)).toBe(next?.kid);
    expect((await service.signIn()).licenseKeys.map(({ kid }) => kid)).toEqual([next?.kid, old]);
    const { licenseId } = claimsOf(first);
    expect(kidOf(await renew(device, licenseId)), 'a renewal is signed anew').toBe(next?.kid);
    expect(await published()).toEqual([next?.kid]);
    expect((await service.operator('GET', '/signing-keys')).body.keys).toMatchObject([
      { kid: next?.kid, isPublished: true, retiredAtMs: null },
      { kid: old, isPublished: false },
    ]);
  });

  it('retired go with the last window under them', async () => {
    await acquire(device, 'video-dune');
    await rotate();
    service.clock.advance(32 * DAY_MS - 1);
    expect(await published()).toHaveLength(2);
    service.clock.advance(1);
    expect(await published()).toHaveLength(1);
  });
});

describe('devices', () => {
  it('are listed with name, last call and what they hold', async () => {
    const other = await service.signIn();
    await acquire(other, 'video-dune');
    service.clock.advance(DAY_MS);
    const { devices } = (await device.get('/devices')).body as { devices: Record<string, unknown>[] };
    expect(devices.find(({ deviceId }) => deviceId === other.deviceId)).toEqual({
      deviceId: other.deviceId,
      name: 'A laptop',
      registeredAtMs: service.clock.now() - DAY_MS,
      lastSeenAtMs: service.clock.now() - DAY_MS,
      heldVideoIds: ['video-dune'],
    });
    expect(devices.find(({ deviceId }) => deviceId === device.deviceId)?.['lastSeenAtMs']).toBe(
      service.clock.now(),
    );
  });
});
