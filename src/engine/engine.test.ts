import fs from 'node:fs';
import path from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { createFakePower } from '../../testing/fake-power.ts';
import { createFakeSecretBox } from '../../testing/fake-secret-box.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { film, startTestService } from '../../testing/service-api.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Platform, SecretBox } from '../shared/platform.ts';
import { until } from '../../testing/until.ts';
import { createEngine } from './engine.ts';

/** A Platform of fakes on a real folder, and the network to a service in this process. */
function platformOn(folder: string, serviceUrl: string | null = null, fetchVia: typeof fetch = fetch) {
  const raw: { settings: unknown } = { settings: { serviceUrl } };
  const fakes = { clock: createFakeClock(), network: createFakeNetwork(), log: createRecordingLog(), raw };
  const platform: Platform = {
    ...fakes,
    host: 'cli',
    version: '0.0.0',
    fetch: fetchVia,
    paths: { userData: folder, downloads: path.join(folder, 'downloads') },
    secrets: createFakeSecretBox(Buffer.alloc(32, 7)),
    random: (sizeBytes) => crypto.getRandomValues(new Uint8Array(sizeBytes)),
    power: createFakePower(),
    settings: { read: () => raw.settings, write: (next) => void (raw.settings = next) },
  };
  return { ...fakes, platform };
}

async function opened(platform: Platform) {
  const engine = await createEngine(platform);
  onTestFinished(() => engine.stop());
  return engine;
}

async function serviceWith(...titleIds: string[]) {
  const service = await startTestService();
  onTestFinished(() => service.close());
  await service.publish(...titleIds.map((titleId) => film(titleId)));
  return service;
}
const credentials = { email: 'traveler@layover.example', password: 'layover-demo' };

async function signedIn(folder: string, url: string, fetchVia?: typeof fetch) {
  const world = platformOn(folder, url, fetchVia);
  const engine = await opened(world.platform);
  await engine.client.auth.signIn(credentials);
  const [ana] = await engine.client.profiles.list();
  await engine.client.profiles.choose({ profileId: ana!.profileId });
  return { ...world, engine };
}

test.each([
  ['playback.start', { videoId: '../../etc/passwd' }],
  ['playback.start', {}],
  ['playback.tick', { sessionId: 's', positionSeconds: -1, watchedSeconds: 0, state: 'playing' }],
  ['playback.tick', { sessionId: 's', positionSeconds: Number.NaN, watchedSeconds: 0, state: 'playing' }],
  ['catalog.search', { q: 'x'.repeat(201) }],
  ['catalog.rate', { titleId: 't', rating: 2 }],
  ['profiles.choose', { profileId: 'ana', pin: '12345' }],
  ['auth.signIn', { email: '', password: 'x' }],
  ['settings.write', { theme: 'purple' }],
  ['downloads.add', { videoId: 'v', preferences: { video: { rule: 'anything' } } }],
  ['downloads.remove', null],
])('%s refuses %j before it does anything', async (name, input) => {
  const { client } = await opened(platformOn(temporaryFolder()).platform);
  const call = name.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], client);
  await expect((call as (input: unknown) => Promise<unknown>)(input)).rejects.toMatchObject({
    code: 'rpc/malformed',
  });
  expect(await client.settings.read()).toMatchObject({ theme: 'system' });
});

test('signed out, every call that needs a viewer says so', async () => {
  const { client } = await opened(platformOn(temporaryFolder()).platform);
  const { email, password } = credentials;
  await expect(client.auth.signIn({ email, password })).rejects.toMatchObject({ code: 'service/no-address' });
  for (const call of [client.catalog.home(), client.profiles.list(), client.sync.now()])
    await expect(call).rejects.toMatchObject({ code: 'auth/signed-out' });
  expect(await client.downloads.list()).toEqual([]);
});

test('a sign-in that fails leaves account and service address as they were', async () => {
  const service = await serviceWith('harbor');
  const { engine } = await signedIn(temporaryFolder(), service.origin);
  const before = await engine.client.app.status();
  const refusedBy = (serviceUrl: string, wrong = 'wrong') =>
    engine.client.auth.signIn({ ...credentials, password: wrong, serviceUrl });
  await expect(refusedBy(service.origin)).rejects.toMatchObject({ code: 'auth/wrong-credentials' });
  const nobody = { email: 'ana@localhost', password: 'x' };
  await expect(engine.client.auth.signIn(nobody)).rejects.toMatchObject({ code: 'auth/wrong-credentials' });
  await expect(refusedBy('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'service/unreachable' });
  expect(await engine.client.app.probe()).toMatchObject({ connection: 'online', account: before.account });
  expect(await engine.client.settings.read()).toMatchObject({ serviceUrl: service.origin });
});

/** The network to a service, which may forget every sign-in; `asked`: paths below /api/v1. */
function forgetful() {
  const w = {
    asked: [] as string[],
    hasForgotten: false,
    fetch: (async (input: string, init?: RequestInit) => {
      w.asked.push(new URL(input).pathname.replace('/api/v1', ''));
      const isOpen = /\/(time|auth)/.test(input);
      if (!w.hasForgotten || isOpen) return fetch(input, init);
      return Response.json({ code: 'unauthorized', message: 'unknown token' }, { status: 401 });
    }) as typeof fetch,
  };
  return w;
}

test('signing in asks for each thing once', async () => {
  const service = await serviceWith('harbor');
  const network = forgetful();
  const { platform } = platformOn(temporaryFolder(), service.origin, network.fetch);
  const { client } = await opened(platform);
  await client.auth.signIn(credentials);
  await until(() => network.asked.includes('/catalog'));
  for (const path of ['/auth/sign-in', '/profiles', '/catalog'])
    expect([path, network.asked.filter((asked) => asked === path).length]).toEqual([path, 1]);
});

test('a sign-in that the service no longer knows is told, and nobody is signed out', async () => {
  const service = await serviceWith('harbor');
  const network = forgetful();
  const { engine } = await signedIn(temporaryFolder(), service.origin, network.fetch);
  const { client } = engine;
  expect(await client.app.status()).toMatchObject({ account: { mustSignInAgain: false } });
  const events = await client.app.events();
  network.hasForgotten = true;
  await expect(client.sync.now()).rejects.toMatchObject({ code: 'auth/signed-out' });
  for await (const event of events)
    if (event.type === 'status' && event.status.account?.mustSignInAgain) break;
  expect(await client.app.status()).toMatchObject({ profile: { name: 'Ana' } });
  network.hasForgotten = false;
  expect(await client.auth.signIn(credentials)).toMatchObject({
    account: { mustSignInAgain: false },
    profile: { name: 'Ana' },
  });
});

test('a setting changes without a word about the service, the account goes on', async () => {
  const service = await serviceWith('harbor');
  const { engine, raw } = await signedIn(temporaryFolder(), service.origin);
  await engine.client.settings.write({ theme: 'dark' });
  expect(raw.settings).toMatchObject({ theme: 'dark', serviceUrl: service.origin });
});

test('a listener hears what happens between its call and its first question', async () => {
  const service = await serviceWith('harbor');
  const { engine } = await signedIn(temporaryFolder(), service.origin);
  const events = await engine.client.app.events();
  await engine.client.catalog.setListed({ titleId: 'harbor', listed: true });
  expect((await events.next()).value).toMatchObject({ type: 'status' });
  expect((await events.next()).value).toEqual({ type: 'changed', what: 'my-list' });
});

test('another viewer asks the service anew: what one may fetch, the next perhaps may not', async () => {
  const service = await serviceWith('harbor');
  const media = path.join(service.dataDir, 'media', 'video-harbor');
  fs.cpSync(path.join(media, 'v-240p'), path.join(media, 's-en'), { recursive: true });
  const asked: unknown[] = [];
  const { engine } = await signedIn(temporaryFolder(), service.origin, (input, init) => {
    if (input instanceof Request || typeof init?.body !== 'string') return fetch(input, init);
    if (String(input).endsWith('/playback/start')) asked.push(JSON.parse(init.body));
    return fetch(input, init);
  });
  const { client } = engine;
  const profileId = async (name: string) =>
    (await client.profiles.list()).find((one) => one.name === name)!.profileId;
  const [ana, kim] = [await profileId('Ana'), await profileId('Kim')];
  const options = () => client.downloads.options({ videoId: 'video-harbor' });
  await options();
  await options();
  await client.profiles.choose({ profileId: kim });
  await options();
  expect(asked).toMatchObject([{ profileId: ana }, { profileId: kim }]);
});

test('a garbage row in the catalog is a title less, and nothing else', async () => {
  const service = await serviceWith('harbor', 'trains');
  const folder = temporaryFolder();
  const { engine } = await signedIn(folder, service.origin);
  await engine.stop();
  await service.close();
  const sql = new BetterSqlite3(path.join(folder, 'layover.db'));
  sql.prepare('UPDATE catalog_title SET json = ? WHERE titleId = ?').run('{"titleId":', 'harbor');
  sql.close();
  const { client } = await opened(platformOn(folder, service.origin).platform);
  await expect(client.catalog.title({ titleId: 'harbor' })).rejects.toMatchObject({
    code: 'catalog/not-found',
  });
  const { rows } = await client.catalog.home();
  expect(new Set(rows.flatMap(({ items }) => items.map(({ titleId }) => titleId)))).toEqual(
    new Set(['trains']),
  );
  expect(await client.catalog.search({ q: 'harbor' })).toEqual([]);
});

test('a database that is damaged beyond reading: the last good copy is back, and the viewer is told', async () => {
  const service = await serviceWith('harbor');
  const folder = temporaryFolder();
  const first = await signedIn(folder, service.origin);
  await first.engine.stop();
  // The copy made at this start has the account; the main file does not survive.
  const second = await createEngine(platformOn(folder, service.origin).platform);
  await second.stop();
  fs.writeFileSync(path.join(folder, 'layover.db'), 'this is not a database'.repeat(1000));
  const { client } = await opened(platformOn(folder, service.origin).platform);
  const status = await client.app.status();
  expect(status.notices).toMatchObject([{ code: 'database/corrupt' }]);
  expect(status.account).toMatchObject({ email: credentials.email });
});

test('a keychain that is locked fails the start and frees the folder: unlocked, it starts', async () => {
  const folder = temporaryFolder();
  await (await createEngine(platformOn(folder).platform)).stop();
  const { platform } = platformOn(folder);
  const locked: SecretBox = {
    ...platform.secrets,
    open: () => Promise.reject(new LayoverError('device/keychain-locked')),
  };
  await expect(createEngine({ ...platform, secrets: locked })).rejects.toMatchObject({
    code: 'device/keychain-locked',
  });
  await opened(platform);
});

test('a folder that cannot be written is said to be so', async () => {
  const file = path.join(temporaryFolder(), 'a-file');
  fs.writeFileSync(file, '');
  await expect(createEngine(platformOn(path.join(file, 'inside')).platform)).rejects.toMatchObject({
    code: 'database/unwritable',
  });
});

test('stopping twice is stopping once; afterwards every call says so, and media is no more', async () => {
  const engine = await opened(platformOn(temporaryFolder()).platform);
  await Promise.all([engine.stop(), engine.stop()]);
  await expect(engine.client.app.status()).rejects.toMatchObject({ code: 'host/stopped' });
  const response = await engine.media(new Request('http://layover.example/media/s1/master.m3u8'));
  expect(response.ok).toBe(false);
});
