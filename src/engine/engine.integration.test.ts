import fs from 'node:fs';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startChild } from '../../testing/children/child.ts';
import {
  isCompleted,
  openEngine,
  played,
  reach,
  segments,
  signIn,
  smallest,
  startServiceWithFilm,
  trickling,
} from '../../testing/engine-world.ts';
import type { OpenEngine, ServiceWithFilm } from '../../testing/engine-world.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { turn, until } from '../../testing/until.ts';
import type { FaultRule } from '../../service/oca/faults.ts';

let service: ServiceWithFilm;
const videoId = () => service.video.videoId;
const chosen = ['v-240p', 'a-en', 'a-es', 's-en', 's-es', 's-fr'];
const everyRendition = () => service.video.record.renditions.map(({ id }) => id);

beforeAll(async () => {
  service = await startServiceWithFilm();
});
afterAll(() => service.remove());
beforeEach(() => service.misbehave());

/** A folder with a viewer who signed in; the engine closes when the test ends. */
async function traveler(
  serviceUrl = service.running.apiUrl,
): Promise<{ engine: OpenEngine; folder: string }> {
  const folder = temporaryFolder();
  const engine = await openEngine({ folder, serviceUrl });
  await signIn(engine);
  return { engine, folder };
}

/** Byte for byte what the encoder put into each segment, and how many there were. */
async function expectRight(got: Map<string, Buffer>, renditionIds: readonly string[]): Promise<void> {
  for (const renditionId of renditionIds) {
    const files = [...got].filter(([name]) => name.startsWith(`${renditionId}/`));
    expect(files.length).toBeGreaterThanOrEqual(renditionId.startsWith('s-') ? 1 : 3);
  }
  for (const [name, bytes] of got) {
    const [renditionId = '', file = ''] = name.split('/');
    const expected = await service.plain(renditionId, file === 'init' ? 'init' : Number(file));
    expect(bytes.equals(expected), name).toBe(true);
  }
}

async function playAll(engine: OpenEngine, renditionIds: readonly string[]): Promise<void> {
  const { playlistPath, sessionId } = await engine.client.playback.start({ videoId: videoId() });
  await expectRight(await played(engine, playlistPath, renditionIds), renditionIds);
  await engine.client.playback.stop({ sessionId });
}

test('sign in, browse, play every rendition; no token and no key in any log line', async () => {
  const { engine } = await traveler();
  const { rows } = await engine.client.catalog.home();
  expect(rows.flatMap(({ items }) => items.map(({ titleId }) => titleId))).toContain(service.video.titleId);
  await playAll(engine, everyRendition());
  const lines = JSON.stringify(engine.log.lines);
  expect(lines).not.toContain(service.video.record.contentKeyHex);
  expect(lines).not.toMatch(/eyJ|Bearer|"d":/);
  expect(JSON.stringify(await engine.client.app.status())).not.toMatch(/token|eyJ|key/i);
  await engine.close();
});

describe('a download is complete and right although every OCA', () => {
  test.each<[string, FaultRule[]]>([
    ['cuts answers short', [segments({ kind: 'truncate', afterBytes: 700 }, { times: 3 })]],
    ['corrupts bytes', [segments({ kind: 'corrupt' }, { times: 2 })]],
    ['hangs before the answer', [segments({ kind: 'hang', where: 'before' }, { of: 'a-en', times: 1 })]],
    ['hangs in the middle', [segments({ kind: 'hang', where: 'body' }, { of: 'v-240p', times: 1 })]],
    [
      'is busy and says for how long',
      [segments({ kind: 'status', code: 503, retryAfterSeconds: 1 }, { times: 2 })],
    ],
    ['resets connections', [segments({ kind: 'reset' }, { times: 3 })]],
    ['answers with a hotel’s sign-in page', [segments({ kind: 'html' }, { times: 2 })]],
  ])('%s', async (_, rules) => {
    const { engine } = await traveler();
    await service.misbehave(...rules);
    const { downloadId } = await engine.client.downloads.add({ videoId: videoId(), preferences: smallest });
    const view = await reach(engine, downloadId, isCompleted);
    expect(view.storedBytes).toBe(view.selection.size.bytes);
    await service.misbehave({ fault: { kind: 'status', code: 500 } });
    await playAll(engine, chosen);
    await engine.close();
  });
});

test('wrong bytes from every OCA: a clear error, nothing of them stored or shown; right ones heal it', async () => {
  const { engine } = await traveler();
  const { client } = engine;
  await service.misbehave(segments({ kind: 'corrupt' }));
  const { downloadId } = await client.downloads.add({ videoId: videoId(), preferences: smallest });
  const view = await reach(engine, downloadId, ({ error }) => error?.code === 'cdn/digest-mismatch');
  const { playlistPath, sessionId } = await client.playback.start({ videoId: videoId() });
  await expect(played(engine, playlistPath, ['a-en'])).rejects.toThrow();
  expect((await client.playback.stats({ sessionId })).lastError?.code).toBe('cdn/digest-mismatch');
  // Init segments were right.
  const inits = await Promise.all(['v-240p', 'a-en', 'a-es'].map((id) => service.plain(id, 'init')));
  expect(view.storedBytes).toBeLessThanOrEqual(inits.reduce((sum, bytes) => sum + bytes.length, 0));
  await service.misbehave();
  await client.downloads.resume({ downloadId });
  await reach(engine, downloadId, isCompleted);
  await playAll(engine, chosen);
  await engine.close();
});

test('addresses that expire in the middle of a download are asked for again', async () => {
  await service.stop();
  await service.start('--address-valid-seconds', '2');
  const { engine } = await traveler();
  // An OCA is left after two seconds of silence, an address lives for three at most: the third one is asked with an old one.
  await service.misbehave(segments({ kind: 'hang', where: 'body' }, { of: 'v-240p' }));
  const { downloadId } = await engine.client.downloads.add({ videoId: videoId(), preferences: smallest });
  while (!(await service.statuses()).includes(403)) await turn();
  await service.misbehave();
  await reach(engine, downloadId, isCompleted);
  await service.stop();
  await service.start();
  await playAll(engine, chosen);
  await engine.close();
});

test('what was lost from the disk while the app was closed is found at start, and fetched again', async () => {
  const { engine: before, folder } = await traveler();
  const { downloadId } = await before.client.downloads.add({ videoId: videoId(), preferences: smallest });
  await reach(before, downloadId, isCompleted);
  const { folder: downloads } = await before.client.storage.read();
  await before.close();
  fs.rmSync(path.join(downloads, `${downloadId}.a-en.sealed`));
  fs.truncateSync(path.join(downloads, `${downloadId}.v-240p.sealed`), 600);

  const engine = await openEngine({ folder, serviceUrl: service.running.apiUrl });
  await until(() => engine.log.lines.some(({ event }) => event === 'store.swept'));
  await reach(engine, downloadId, isCompleted);
  expect(fs.existsSync(path.join(downloads, `${downloadId}.a-en.sealed`))).toBe(true);
  await playAll(engine, chosen);
  await engine.close();
});

test('what was removed while the drive was away is erased from it when it is back', async () => {
  const { engine, folder } = await traveler();
  const { downloadId } = await engine.client.downloads.add({ videoId: videoId(), preferences: smallest });
  await reach(engine, downloadId, isCompleted);
  const [drive, unplugged] = [path.join(folder, 'drive'), path.join(folder, 'unplugged')];
  await engine.client.storage.move({ folder: drive });
  await until(() => engine.log.lines.some(({ event }) => event === 'storage.moved'));
  const left = () => fs.readdirSync(drive).filter((name) => name.endsWith('.sealed'));
  expect(left()).toHaveLength(chosen.length);
  fs.renameSync(drive, unplugged);
  await engine.client.downloads.remove({ downloadId });
  expect(await engine.client.downloads.list()).toEqual([]);
  expect((await engine.client.storage.read()).isPresent).toBe(false);
  fs.renameSync(unplugged, drive);
  await until(() => left().length === 0);
  await engine.close();
});

test('the service gone: starts, shows, plays, remembers; what was done reaches it when it is back', async () => {
  const { engine: before, folder } = await traveler();
  const { downloadId } = await before.client.downloads.add({ videoId: videoId(), preferences: smallest });
  await reach(before, downloadId, isCompleted);
  await before.close();
  const { apiUrl } = service.running;
  await service.stop();

  const engine = await openEngine({ folder, serviceUrl: apiUrl });
  const { client } = engine;
  const { titleId } = service.video;
  const { rows } = await client.catalog.home();
  expect(rows.flatMap(({ items }) => items.map((item) => item.titleId))).toContain(titleId);
  expect((await client.catalog.search({ q: 'test film' })).map((item) => item.titleId)).toContain(titleId);
  expect(await client.catalog.title({ titleId })).toMatchObject({ listed: false, rating: null });
  expect(await client.downloads.list()).toMatchObject([{ state: 'completed', verdict: { allowed: true } }]);
  expect((await client.app.probe()).connection).not.toBe('online');
  await playAll(engine, chosen);
  await expect(client.downloads.options({ videoId: 'nothing' })).rejects.toMatchObject({
    code: 'catalog/not-found',
  });

  const { sessionId } = await client.playback.start({ videoId: videoId() });
  const tick = { sessionId, positionSeconds: 6, watchedSeconds: 6, state: 'paused' as const };
  expect(await client.playback.tick(tick)).toMatchObject({ verdict: { allowed: true } });
  await client.catalog.setListed({ titleId, listed: true });
  await client.catalog.rate({ titleId, rating: 1 });
  expect((await client.app.status()).pendingMutations).toBe(3);

  const told = new AbortController();
  const events = await client.app.events(undefined, { signal: told.signal });
  await service.start();
  // Nobody asks it to sync: it finds out by itself.
  for await (const event of events)
    if (event.type === 'status' && event.status.connection === 'online') break;
  told.abort();
  while ((await client.app.status()).pendingMutations > 0)
    await new Promise((resolve) => setImmediate(resolve));
  const { engine: other } = await traveler();
  await other.client.sync.now();
  expect(await other.client.catalog.title({ titleId })).toMatchObject({
    listed: true,
    rating: 1,
    positions: [{ videoId: videoId(), positionSeconds: 6 }],
  });
  await other.close();
  await engine.close();
});

test('a service that takes every connection and never answers: start, browse and play wait for none of it', async () => {
  const { engine: before, folder } = await traveler();
  const { downloadId } = await before.client.downloads.add({ videoId: videoId(), preferences: smallest });
  await reach(before, downloadId, isCompleted);
  await before.close();
  const { apiUrl } = service.running;
  await service.stop();
  const sockets = new Set<Socket>();
  const silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => silent.listen(Number(new URL(apiUrl).port), '127.0.0.1', resolve));
  try {
    // Whatever waited for an answer here would wait for ever.
    const engine = await openEngine({ folder, serviceUrl: apiUrl });
    const { client } = engine;
    const { rows } = await client.catalog.home();
    expect(rows.flatMap(({ items }) => items.map((item) => item.titleId))).toContain(service.video.titleId);
    expect(await client.downloads.list()).toMatchObject([{ state: 'completed', verdict: { allowed: true } }]);
    await until(() => sockets.size > 0);
    await playAll(engine, chosen);
    await engine.close();
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
    await service.start();
  }
});

test('killed in the middle of a download, it goes on from what was stored', async () => {
  const folder = temporaryFolder();
  const { apiUrl } = service.running;
  await service.misbehave(trickling('v-240p/[23]'));
  const child = startChild('run-engine.ts', ['download', folder, apiUrl, videoId()]);
  const told = Number(await child.line((line) => Number(line) > 20_000));
  await child.kill();
  const engine = await openEngine({ folder, serviceUrl: apiUrl });
  const [view] = await engine.client.downloads.list();
  expect(view?.storedBytes).toBeGreaterThanOrEqual(told);
  expect(view?.storedBytes).toBeLessThan(view!.selection.size.bytes);
  await service.misbehave();
  await reach(engine, view!.downloadId, isCompleted);
  await playAll(engine, chosen);
  await engine.close();
});

test('stopped in the middle of anything, twenty times: no call fails strangely, nothing is left open', async () => {
  const folder = temporaryFolder();
  await service.misbehave(segments({ kind: 'bandwidth', bytesPerSecond: 200_000 }));
  const child = startChild('run-engine.ts', ['stop', folder, service.running.apiUrl, videoId()]);
  await child.line((line) => line === 'ended');
  // Ends by itself, or the test does not end.
  const code =
    child.process.exitCode ?? (await new Promise((resolve) => child.process.once('exit', resolve)));
  expect(code).toBe(0);
  const outcomes = new Set(child.lines);
  expect(outcomes).toContain('after host/stopped');
  expect([...outcomes].filter((line) => /internal|^after (?!host)/.test(line))).toEqual([]);

  await service.misbehave();
  const engine = await openEngine({ folder, serviceUrl: service.running.apiUrl });
  const [view] = await engine.client.downloads.list();
  await reach(engine, view!.downloadId, isCompleted);
  await playAll(engine, chosen);
  await engine.close();
});
