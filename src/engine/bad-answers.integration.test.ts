import { CompactSign, generateKeyPair } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startAlteringProxy } from '../../testing/altering-proxy.ts';
import type { Alter, AlteringProxy } from '../../testing/altering-proxy.ts';
import {
  email,
  isCompleted,
  openEngine,
  password,
  played,
  reach,
  signIn,
  smallest,
  startServiceWithFilm,
} from '../../testing/engine-world.ts';
import type { OpenEngine, ServiceWithFilm } from '../../testing/engine-world.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { turn } from '../../testing/until.ts';
import { asLayoverError } from '../shared/errors.ts';

let service: ServiceWithFilm;
let proxy: AlteringProxy;
let engine: OpenEngine;
const videoId = () => service.video.videoId;
const honest: Alter = (text) => text;

beforeAll(async () => {
  service = await startServiceWithFilm();
  proxy = await startAlteringProxy(service.running.apiUrl);
});
afterAll(async () => {
  await proxy.close();
  await service.remove();
});
beforeEach(async () => {
  proxy.alter = honest;
  engine = await openEngine({ folder: temporaryFolder(), serviceUrl: proxy.url });
  await signIn(engine);
});
afterEach(() => engine.close());

interface Jws {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
  readonly parts: [string, string, string];
}
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const read = (license: string): Jws => {
  const parts = license.split('.') as [string, string, string];
  const [header, claims] = parts
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Jws['header']);
  return { header: header!, claims: claims!, parts };
};

/** Every answer that carries a license carries what `forge` makes of it. */
function forging(forge: (license: Jws) => string): Alter {
  return (text, { method, path }) => {
    if (method !== 'POST' || !/^\/api\/v1\/licenses(\/[^/]+\/renew)?$/.test(path)) return text;
    const answer = JSON.parse(text) as { license?: string };
    return JSON.stringify({ ...answer, license: forge(read(answer.license ?? '..')) });
  };
}

const forgeries: [string, (license: Jws) => string][] = [
  ['no license at all', () => 'not a license'],
  [
    'a longer license',
    ({ claims, parts: [h, , s] }) => `${h}.${encoded({ ...claims, issuedAtMs: 9e12 })}.${s}`,
  ],
  ['no signature', ({ claims, header }) => `${encoded({ ...header, alg: 'none' })}.${encoded(claims)}.`],
  [
    'one bit of the signature',
    ({ parts: [h, p, s] }) => `${h}.${p}.${s.startsWith('A') ? 'B' : 'A'}${s.slice(1)}`,
  ],
];

describe('a license that is not genuine', () => {
  test.each(forgeries)('%s: nothing is kept, and a genuine one heals it', async (_, forge) => {
    const { client } = engine;
    proxy.alter = forging(forge);
    await expect(client.playback.start({ videoId: videoId() })).rejects.toMatchObject({
      code: 'license/forged',
    });
    const { downloadId } = await client.downloads.add({ videoId: videoId(), preferences: smallest });
    const failed = await reach(engine, downloadId, ({ state }) => state === 'failed');
    expect(failed).toMatchObject({
      error: { code: 'license/forged' },
      storedBytes: 0,
      verdict: { allowed: false, reason: 'no-license' },
    });
    proxy.alter = honest;
    await client.downloads.resume({ downloadId });
    await reach(engine, downloadId, isCompleted);
  });

  test('signed by somebody else under the service’s name', async () => {
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    let forged = '';
    proxy.alter = forging(({ parts }) => ((forged = parts.join('.')), parts.join('.')));
    await engine.client.playback.start({ videoId: videoId() });
    const { claims, header } = read(forged);
    const own = await new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ ...header, alg: 'EdDSA' })
      .sign(privateKey);
    proxy.alter = forging(() => own);
    const { downloadId } = await engine.client.downloads.add({ videoId: videoId(), preferences: smallest });
    expect((await reach(engine, downloadId, ({ state }) => state === 'failed')).error?.code).toBe(
      'license/forged',
    );
  });

  test('instead of a renewal: refused, and the one that is held goes on', async () => {
    const { client } = engine;
    const { downloadId } = await client.downloads.add({ videoId: videoId(), preferences: smallest });
    const before = await reach(engine, downloadId, isCompleted);
    proxy.alter = forging(
      ({ claims, parts: [h, , s] }) => `${h}.${encoded({ ...claims, issuedAtMs: 1 })}.${s}`,
    );
    await expect(client.downloads.renewLicense({ downloadId })).rejects.toMatchObject({
      code: 'license/forged',
    });
    expect((await client.downloads.list())[0]?.verdict).toEqual(before.verdict);
    const { playlistPath } = await client.playback.start({ videoId: videoId() });
    expect((await played(engine, playlistPath, ['v-240p'])).size).toBeGreaterThan(3);
  });
});

describe('an answer that nobody agreed on', () => {
  test.each<[string, Alter]>([
    ['nothing', () => ''],
    ['null', () => 'null'],
    ['a list', () => '[]'],
    ['half of it', (text) => text.slice(0, text.length / 2)],
    ['a hotel’s sign-in page', () => '<!doctype html><title>Welcome</title>'],
    ['other types', (text) => text.replaceAll(/:("[^"]*"|\d+)/g, ':[$1]')],
    ['numbers beyond reason', (text) => text.replaceAll(/:\d+/g, ':-1e300')],
  ])('%s: every call fails clearly, nothing here is lost, and all is well afterwards', async (_, alter) => {
    const { client } = engine;
    // What signing in set going is over: later it would change what is compared here.
    while ((await client.catalog.home()).rows.length === 0) await turn();
    const before = await client.catalog.home();
    const account = (await client.app.status()).account;
    proxy.alter = alter;
    expect((await client.app.probe()).connection).toBe('service-unreachable');
    const calls = {
      options: client.downloads.options({ videoId: videoId() }),
      start: client.playback.start({ videoId: videoId() }),
      sync: client.sync.now(),
      signIn: client.auth.signIn({ email, password }),
    };
    const outcomes = await Promise.allSettled(Object.values(calls));
    const codes = outcomes.map((one) =>
      one.status === 'rejected' ? asLayoverError(one.reason).code : 'no error',
    );
    expect(codes).toEqual(codes.map(() => 'service/bad-answer'));
    expect((await client.catalog.home()).rows).toEqual(before.rows);
    expect((await client.app.status()).account).toEqual(account);
    proxy.alter = honest;
    expect((await client.app.probe()).connection).toBe('online');
    // The service took the sign-in whose answer was lost for one, and forgot the token from before.
    await signIn(engine);
    await client.playback.start({ videoId: videoId() });
  });

  test.each<[string, RegExp, Alter]>([
    ['a manifest that is cut off', /\.m3u8$/, (text) => text.slice(0, text.length / 2)],
    ['a manifest that is a web page', /\.m3u8$/, () => '<html></html>'],
    ['no manifest', /\.m3u8$/, () => ''],
  ])('%s: said so, nothing begins, and a good one is read afterwards', async (_, at, alter) => {
    const { client } = engine;
    proxy.alter = (text, request) => (at.test(request.path) ? alter(text, request) : text);
    const add = () => client.downloads.add({ videoId: videoId(), preferences: smallest });
    await expect(add()).rejects.toMatchObject({ code: 'manifest/malformed' });
    expect(await client.downloads.list()).toEqual([]);
    proxy.alter = honest;
    await reach(engine, (await add()).downloadId, isCompleted);
  });

  test('digests that are none, or that are others’: nothing is stored under them', async () => {
    const { client } = engine;
    const add = () => client.downloads.add({ videoId: videoId(), preferences: smallest });
    proxy.alter = (text, { path }) =>
      path.endsWith('integrity.json') ? text.replaceAll('"sha256":"', '"sha256":"x') : text;
    await expect(add()).rejects.toMatchObject({ code: 'service/bad-answer' });
    proxy.alter = (text, { path }) =>
      path.endsWith('integrity.json')
        ? text.replaceAll(/"sha256":"[0-9a-f]{64}"/g, `"sha256":"${'0'.repeat(64)}"`)
        : text;
    const { downloadId } = await add();
    const view = await reach(engine, downloadId, ({ error }) => error?.code === 'cdn/digest-mismatch');
    expect(view.storedBytes).toBe(0);
  });
});
