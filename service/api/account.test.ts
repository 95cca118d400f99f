import { readFile, readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { film, makeDevice, startTestService } from '../../testing/service-api.ts';
import type { TestService } from '../../testing/service-api.ts';
import { ApiProblem, ProfilesAnswer, SignInAnswer } from '../../src/shared/service-api.ts';
import { DAY_MS, MINUTE_MS } from '../../src/shared/units.ts';

let service: TestService;
beforeEach(async () => {
  service = await startTestService();
});
afterEach(() => service.close());

const json = { 'content-type': 'application/json' };
function signInBody(more: Record<string, unknown> = {}) {
  const { deviceId, publicKey } = makeDevice();
  return {
    email: 'traveler@layover.example',
    password: 'layover-demo',
    device: { deviceId, name: 'A laptop', publicKey },
    ...more,
  };
}
const signIn = (body: unknown) =>
  service.request('POST', '/auth/sign-in', { headers: json, body: JSON.stringify(body) });

describe('sign-in', () => {
  it('gives a token that opens the account', async () => {
    const answer = await signIn(signInBody());
    expect(answer.status).toBe(200);
    const { accessToken, plan, nowMs } = SignInAnswer.parse(answer.body);
    expect({ plan, nowMs }).toEqual({ plan: 'premium', nowMs: service.clock.now() });
    const profiles = await service.request('GET', '/profiles', {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(ProfilesAnswer.parse(profiles.body).profiles).toMatchObject([
      { name: 'Ana', isKids: false, hasPin: false, maturityLimit: '18' },
      { name: 'Ben', hasPin: true },
      { name: 'Kim', isKids: true, maturityLimit: '7' },
    ]);
  });

  it('does not care how the address is capitalized', async () => {
    expect((await signIn(signInBody({ email: 'Traveler@Layover.example' }))).status).toBe(200);
  });

  it.each([
    ['a wrong password', { password: 'layover-demo ' }],
    ['an unknown address', { email: 'nobody@layover.example' }],
  ])('refuses %s, the same way', async (_, wrong) => {
    const answer = await signIn(signInBody(wrong));
    expect([answer.status, answer.body.code]).toEqual([401, 'wrong-credentials']);
  });

  it('stops guessing for a while after ten failures, even with the right password', async () => {
    const wrong = signInBody({ password: 'wrong' });
    for (let i = 0; i < 10; i += 1) expect((await signIn(wrong)).status).toBe(401);
    expect((await signIn(signInBody())).body.code).toBe('too-many-attempts');
    expect((await signIn(signInBody({ email: 'basic@layover.example' }))).status).toBe(200);
    service.clock.advance(5 * MINUTE_MS);
    expect((await signIn(signInBody())).status).toBe(200);
  });

  it('refuses a key that is not on the curve', async () => {
    const device = { ...signInBody().device };
    device.publicKey = { ...device.publicKey, y: Buffer.alloc(32, 7).toString('base64url') };
    expect((await signIn(signInBody({ device }))).body.code).toBe('malformed');
  });

  it('keeps no password and no token in the clear', async () => {
    const { token } = await service.signIn();
    await service.api.app.close();
    const files = (await readdir(service.dataDir)).filter((name) => name.startsWith('service.db'));
    expect(files).not.toEqual([]);
    for (const name of files) {
      const bytes = await readFile(`${service.dataDir}/${name}`);
      expect(bytes.includes(token)).toBe(false);
      expect(bytes.includes('layover-demo')).toBe(false);
    }
  });
});

describe('a token', () => {
  it('is good for 180 days and not a moment longer', async () => {
    const { get } = await service.signIn();
    service.clock.advance(180 * DAY_MS - 1);
    expect((await get('/profiles')).status).toBe(200);
    service.clock.advance(1);
    const late = await get('/profiles');
    expect([late.status, late.body.code]).toEqual([401, 'token-expired']);
  });

  it.each([undefined, 'Bearer nonsense', 'Bearer ', 'Basic dHJhdmVsZXI6eA==', `Bearer ${'x'.repeat(5000)}`])(
    'is needed: %s is none',
    async (authorization) => {
      const answer = await service.request('GET', '/profiles', {
        headers: authorization === undefined ? {} : { authorization },
      });
      expect([answer.status, answer.body.code]).toEqual([401, 'unauthorized']);
    },
  );

  it('is asked for by every route but two', async () => {
    const document = service.api.app.swagger() as { paths: Record<string, Record<string, unknown>> };
    const open: string[] = [];
    let asked = 0;
    for (const [route, methods] of Object.entries(document.paths)) {
      for (const method of Object.keys(methods)) {
        const below = route.replace('/api/v1', '').replaceAll(/\{\w+\}/g, 'x');
        const answer = await service.request(method.toUpperCase(), below);
        if (answer.status === 401) asked += 1;
        else open.push(route);
      }
    }
    expect(open.sort()).toEqual(['/api/v1/auth/sign-in', '/api/v1/time']);
    expect(asked).toBeGreaterThan(15);
  });

  it('ends when its device is removed, and speaks for no other device', async () => {
    const [here, lost] = [await service.signIn(), await service.signIn()];
    const { devices } = (await here.get('/devices')).body;
    expect(devices).toHaveLength(2);
    expect((await here.delete(`/devices/${lost.deviceId}`)).status).toBe(204);
    expect((await lost.get('/profiles')).body.code).toBe('unauthorized');
    const asLost = await here.post('/sync', { deviceId: lost.deviceId, mutations: [] });
    expect([asLost.status, asLost.body.code]).toEqual([401, 'unauthorized']);
  });
});

describe('profiles', () => {
  it('open with their PIN, and without one where there is none', async () => {
    const { post } = await service.signIn();
    expect((await post('/profiles/profile-ben/unlock', { pin: '1234' })).status).toBe(204);
    expect((await post('/profiles/profile-ana/unlock', { pin: '0000' })).status).toBe(204);
    const wrong = await post('/profiles/profile-ben/unlock', { pin: '4321' });
    expect([wrong.status, wrong.body.code]).toEqual([403, 'wrong-pin']);
    expect((await post('/profiles/profile-ben/unlock', { pin: '12345' })).status).toBe(400);
  });

  it('of others are unknown', async () => {
    const { post, get } = await service.signIn();
    const answer = await post('/profiles/profile-basic/unlock', { pin: '1234' });
    expect([answer.status, answer.body.code]).toEqual([404, 'unknown-profile']);
    expect((await get('/browse/home?profileId=profile-basic')).body.code).toBe('unknown-profile');
    expect((await get('/profiles/profile-basic/list')).body.code).toBe('unknown-profile');
    expect((await get('/search?q=x&profileId=profile-basic')).body.code).toBe('unknown-profile');
  });
});

describe('what cannot be read', () => {
  const tries: [what: string, init: RequestInit, status: number, code: string][] = [
    ['JSON that breaks off', { headers: json, body: '{"email":' }, 400, 'malformed'],
    ['an empty body', { headers: json, body: '' }, 400, 'malformed'],
    ['no body', {}, 400, 'malformed'],
    ['a body of the wrong type', { headers: json, body: '[]' }, 400, 'malformed'],
    ['a field of the wrong type', { headers: json, body: '{"email":1}' }, 400, 'malformed'],
    ['a poisoned prototype', { headers: json, body: '{"__proto__":{"a":1}}' }, 400, 'malformed'],
    [
      'another media type',
      { headers: { 'content-type': 'text/xml' }, body: '<a/>' },
      415,
      'unsupported-media-type',
    ],
    ['too much', { headers: json, body: JSON.stringify('x'.repeat(300_000)) }, 413, 'too-large'],
  ];
  it.each(tries)('%s', async (_, init, status, code) => {
    const answer = await service.request('POST', '/auth/sign-in', init);
    expect([answer.status, ApiProblem.parse(answer.body).code]).toEqual([status, code]);
  });

  it('says where the fault is', async () => {
    const answer = await signIn(signInBody({ email: 'not an address' }));
    expect(ApiProblem.parse(answer.body).message).toMatch(/^body\/email: /);
  });

  it('an address that does not exist', async () => {
    const answer = await service.request('GET', '/nothing/here');
    expect([answer.status, ApiProblem.parse(answer.body).code]).toEqual([404, 'not-found']);
  });

  it('ids that are none', async () => {
    const { get } = await service.signIn();
    for (const below of [
      '/titles/..%2f..%2fservice.db',
      '/artwork/..%2f/poster.jpg',
      '/playback/..%2f/integrity.json',
    ])
      expect((await get(below)).status, below).toBe(400);
    expect((await get('/catalog?since=-1')).status).toBe(400);
    expect((await get('/catalog?since=abc')).status).toBe(400);
    expect((await get('/browse/home')).status).toBe(400);
  });
});

it('remembers accounts, titles and its signing key over a restart', async () => {
  const { dataDir } = service;
  await service.publish(film('dune'));
  const before = await service.signIn();
  await service.api.app.close();
  const again = await startTestService({ dataDir });
  try {
    const answer = await again.request('GET', '/titles/dune', {
      headers: { authorization: `Bearer ${before.token}` },
    });
    expect(answer.status).toBe(200);
    expect((await again.signIn()).licenseKeys).toEqual(before.licenseKeys);
  } finally {
    await again.close();
  }
});
