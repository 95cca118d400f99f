import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakeLicenses } from '../../testing/fake-licenses.ts';
import type { FakeLicenses } from '../../testing/fake-licenses.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { createFaultServer } from '../../testing/fault-server.ts';
import type { FaultServer } from '../../testing/fault-server.ts';
import { createMemoryDisk, createMemoryStore, damage } from '../../testing/memory-store.ts';
import type { MemoryDisk } from '../../testing/memory-store.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { createSampleVideo } from '../../testing/sample-video.ts';
import { turn, until } from '../../testing/until.ts';
import { createCdn } from '../cdn/cdn.ts';
import type { LayoverError } from '../shared/errors.ts';
import type { Presentation } from '../shared/presentation.ts';
import type { Store } from '../store/types.ts';
import { createPlayback } from './playback.ts';
import type { Playback } from './types.ts';

const video = createSampleVideo('video', { segments: 3, segmentBytes: 600_000 });
const plainOf = (name: string) => Buffer.from(video.plain.get(name) ?? []);

let server: FaultServer;
let licenses: FakeLicenses;
let disk: MemoryDisk;
let store: Store;
let playback: Playback;
let refused: LayoverError[];
let damaged: string[];
let network: ReturnType<typeof createFakeNetwork>;

beforeEach(async () => {
  server = await createFaultServer(video.files);
  licenses = createFakeLicenses(() => video.contentKey);
  await licenses.acquire('video', 'stream');
  disk = createMemoryDisk();
  store = createMemoryStore(disk);
  network = createFakeNetwork();
  refused = [];
  damaged = [];
  const log = createRecordingLog();
  const random = (sizeBytes: number) => new Uint8Array(sizeBytes);
  const cdn = createCdn({ fetch, clock: createFakeClock(), network, log, random });
  let ids = 0;
  playback = createPlayback(
    { store, licenses, cdn, log, newId: () => `session-${++ids}` },
    { onRefused: (_id, error) => refused.push(error), onDamaged: (downloadId) => damaged.push(downloadId) },
  );
});
afterEach(async () => {
  playback.stopAll();
  await server.close();
});

const online = (): Presentation => ({
  ...video.presentation,
  pathways: [{ id: 'oca-1', baseUrl: server.base() }],
});
function start(how: 'online' | 'offline', downloadId: string | null = null, presentation = online()) {
  const renewPathways = how === 'online' ? async () => online().pathways : null;
  return playback.start({ videoId: 'video', presentation, renewPathways, downloadId });
}
const ask = (path: string, init: RequestInit = {}) =>
  playback.handle(new Request(`http://layover.invalid/media/session-1/${path}`, init));
const bodyOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
const segmentsAsked = () => server.requests.filter(({ method }) => method === 'GET').map(({ path }) => path);

async function download(...names: string[]) {
  for (const kind of ['v-480p', 'a-en', 's-en']) {
    const spec = {
      trackId: `d.${kind}`,
      downloadId: 'd',
      videoId: 'video',
      renditionId: kind,
      kind: 'video' as const,
    };
    await store.createTrack(spec, video.contentKey);
  }
  for (const [name, plain] of video.plain) {
    if (names.length > 0 && !names.includes(name)) continue;
    const [renditionId = '', index] = name.split('/');
    const track = store.unlock(`d.${renditionId}`, video.contentKey);
    await track.put(Number(index), plain);
    track.close();
  }
}

describe('playlists', () => {
  it('lead a parser to every segment', async () => {
    start('online');
    const base = 'http://layover.invalid/media/session-1/';
    const master = await ask('master.m3u8');
    expect(master.headers.get('content-type')).toBe('application/vnd.apple.mpegurl');
    expect(master.headers.get('cache-control')).toBe('no-store');
    const text = await master.text();
    expect(Number(master.headers.get('content-length'))).toBe(Buffer.byteLength(text));
    for (const rendition of ['v-480p', 'a-en', 's-en']) expect(text).toContain(`${rendition}.m3u8`);
    for (const rendition of ['v-480p', 'a-en', 's-en']) {
      const media = await (await ask(`${rendition}.m3u8`)).text();
      const addresses = [...media.matchAll(/^(?!#)(.+)$|URI="([^"]+)"/gm)].map(
        (match) => match[1] ?? match[2] ?? '',
      );
      expect(addresses.length).toBeGreaterThan(0);
      for (const address of addresses) {
        const url = new URL(address, `${base}${rendition}.m3u8`);
        expect((await playback.handle(new Request(url, { method: 'HEAD' }))).status).toBe(200);
      }
    }
  });

  it('name only what is stored when there is no way to an OCA', async () => {
    await download('v-480p/-1', 'v-480p/0', 's-en/0', 'a-en/-1');
    start('offline', 'd');
    const text = await (await ask('master.m3u8')).text();
    expect(text).toContain('v-480p.m3u8');
    expect(text).toContain('s-en.m3u8');
    expect(text).not.toContain('a-en.m3u8');
  });

  it('say what is wrong when nothing is there at all', async () => {
    start('offline', 'd');
    const answer = await ask('master.m3u8');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'download/incomplete' });
  });
});

describe('a rendition with several init segments and a gap', () => {
  it('answers each by its own name, and nothing for the gap', async () => {
    const [rendition] = online().video;
    const [later] = online().audio.map(({ init }) => init);
    if (!rendition || !later) throw new Error('the sample has changed');
    const wild = {
      ...rendition,
      laterInits: [{ ...later, index: -2 }],
      segments: rendition.segments.map((segment, at) => ({
        ...segment,
        ...(at === 1 && { isGap: true as const }),
        ...(at === 2 && { initIndex: -2, isDiscontinuity: true as const }),
      })),
    };
    start('online', null, { ...online(), video: [wild] });
    const lines = (await (await ask('v-480p.m3u8')).text()).split('\n');
    expect(lines.filter((line) => /MAP|DISC|GAP|m4s/.test(line))).toEqual([
      '#EXT-X-MAP:URI="v-480p/init.mp4"',
      'v-480p/0.m4s',
      '#EXT-X-GAP',
      'v-480p/1.m4s',
      '#EXT-X-DISCONTINUITY',
      '#EXT-X-MAP:URI="v-480p/init-2.mp4"',
      'v-480p/2.m4s',
    ]);
    expect((await bodyOf(await ask('v-480p/init-2.mp4'))).equals(plainOf('a-en/-1'))).toBe(true);
    for (const none of ['1.m4s', 'init-3.mp4', 'init-1.mp4', 'init-0.mp4', '00.m4s', '-1.m4s'])
      expect((await ask(`v-480p/${none}`)).status).toBe(404);
  });

  it.each([
    ['mpeg-ts', '0.ts', 'video/mp2t'],
    ['packed-audio', '0.aac', 'audio/aac'],
  ] as const)('names %s files %s', async (container, name, type) => {
    const video = online().video.map(({ init: _init, ...one }) => ({ ...one, container }));
    start('online', null, { ...online(), video });
    expect(await (await ask('v-480p.m3u8')).text()).toContain(`v-480p/${name}`);
    const answer = await ask(`v-480p/${name}`);
    expect(answer.headers.get('content-type')).toBe(type);
    expect((await bodyOf(answer)).equals(plainOf('v-480p/0'))).toBe(true);
  });
});

describe('a segment', () => {
  it.each([
    ['v-480p/init.mp4', 'v-480p/-1', 'video/mp4'],
    ['v-480p/1.m4s', 'v-480p/1', 'video/mp4'],
    ['a-en/2.m4s', 'a-en/2', 'audio/mp4'],
    ['s-en/0.vtt', 's-en/0', 'text/vtt; charset=utf-8'],
  ])('%s comes decrypted from an OCA, or from the store', async (path, name, type) => {
    start('online');
    const streamed = await ask(path);
    expect(streamed.headers.get('content-type')).toBe(type);
    expect(Number(streamed.headers.get('content-length'))).toBe(plainOf(name).byteLength);
    expect((await bodyOf(streamed)).equals(plainOf(name))).toBe(true);
    expect(playback.stats('session-1').bySource).toEqual([
      { source: 'oca-1', segments: 1, bytes: plainOf(name).byteLength },
    ]);

    playback.stop('session-1');
    await download();
    const { sessionId } = start('offline', 'd');
    const asked = segmentsAsked().length;
    const stored = await playback.handle(new Request(`http://layover.invalid/media/${sessionId}/${path}`));
    expect(stored.headers.get('content-type')).toBe(type);
    expect((await bodyOf(stored)).equals(plainOf(name))).toBe(true);
    expect(playback.stats(sessionId).bySource).toEqual([
      { source: 'store', segments: 1, bytes: plainOf(name).byteLength },
    ]);
    expect(segmentsAsked().length).toBe(asked);
  });

  it.each(['online', 'offline'] as const)('answers ranges, %s', async (how) => {
    if (how === 'offline') await download();
    start(how, how === 'offline' ? 'd' : null);
    const whole = plainOf('v-480p/1');
    for (const [range, from, to] of [
      ['bytes=0-99', 0, 100],
      ['bytes=300000-', 300_000, whole.byteLength],
      ['bytes=-1', whole.byteLength - 1, whole.byteLength],
      ['bytes=100-99999999', 100, whole.byteLength],
    ] as const) {
      const answer = await ask('v-480p/1.m4s', { headers: { range } });
      expect(answer.status).toBe(206);
      expect(answer.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${whole.byteLength}`);
      expect(answer.headers.get('content-length')).toBe(String(to - from));
      expect((await bodyOf(answer)).equals(whole.subarray(from, to))).toBe(true);
    }
    const beyond = await ask('v-480p/1.m4s', { headers: { range: 'bytes=99999999-' } });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe(`bytes */${whole.byteLength}`);
  });

  it('is described without being fetched: HEAD', async () => {
    start('online');
    const answer = await ask('v-480p/0.m4s', { method: 'HEAD' });
    expect(answer.status).toBe(200);
    expect(Number(answer.headers.get('content-length'))).toBe(plainOf('v-480p/0').byteLength);
    expect(answer.body).toBeNull();
    expect(segmentsAsked()).toEqual([]);
  });

  it('is fetched when it is read, not before, and in pieces of at most 1 MiB', async () => {
    const big = createSampleVideo('video', { segments: 1, segmentBytes: 2_500_000 });
    for (const [path, bytes] of big.files) server.files.set(path, bytes);
    const presentation = { ...big.presentation, pathways: online().pathways };
    playback.start({ videoId: 'video', presentation, renewPathways: async () => [], downloadId: null });
    const answer = await ask('v-480p/0.m4s');
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(segmentsAsked()).toEqual([]);
    const sizes: number[] = [];
    for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>)
      sizes.push(piece.byteLength);
    expect(sizes).toEqual([1_048_576, 1_048_576, 402_848]);
  });

  it('of unknown size has a stated length all the same', async () => {
    const [rendition] = video.presentation.audio;
    const bare = rendition!.segments.map(({ integrity: _none, ...segment }) => segment);
    const presentation = { ...online(), audio: [{ ...rendition!, segments: bare }] };
    playback.start({ videoId: 'video', presentation, renewPathways: async () => [], downloadId: null });
    const answer = await ask('a-en/0.m4s');
    expect(Number(answer.headers.get('content-length'))).toBe(plainOf('a-en/0').byteLength);
    expect((await bodyOf(answer)).equals(plainOf('a-en/0'))).toBe(true);
  });

  it('that is damaged in the store goes on from an OCA where the store broke off', async () => {
    await download();
    start('online', 'd');
    const answer = await ask('v-480p/1.m4s');
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    const pieces = [(await reader.read()).value!];
    damage(disk, 'd.v-480p', 1);
    for (let read = await reader.read(); !read.done; read = await reader.read()) pieces.push(read.value);
    expect(Buffer.concat(pieces).equals(plainOf('v-480p/1'))).toBe(true);
    expect(damaged).toEqual(['d']);
    expect(playback.stats('session-1').bySource).toEqual([
      { source: 'store', segments: 0, bytes: 262_144 },
      { source: 'oca-1', segments: 1, bytes: plainOf('v-480p/1').byteLength - 262_144 },
    ]);
  });

  it('that is damaged breaks off when there is no OCA', async () => {
    await download();
    start('offline', 'd');
    damage(disk, 'd.v-480p', 1);
    await expect(bodyOf(await ask('v-480p/1.m4s'))).rejects.toMatchObject({ code: 'store/damaged' });
    expect(playback.stats('session-1').lastError?.code).toBe('store/damaged');
  });

  it('that is missing offline says so', async () => {
    await download('v-480p/-1', 'v-480p/0');
    start('offline', 'd');
    await expect(bodyOf(await ask('v-480p/2.m4s'))).rejects.toMatchObject({ code: 'download/incomplete' });
    expect((await bodyOf(await ask('v-480p/0.m4s'))).equals(plainOf('v-480p/0'))).toBe(true);
  });
});

describe('the verdict', () => {
  it('comes first: what it refuses is not read, not fetched, and told once', async () => {
    await download();
    start('online', 'd');
    licenses.refuse('playback-expired');
    for (const path of ['v-480p/0.m4s', 'v-480p/1.m4s', 'v-480p/init.mp4']) {
      const answer = await ask(path);
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ code: 'license/playback-expired' });
    }
    expect(segmentsAsked()).toEqual([]);
    expect(refused.map(({ code }) => code)).toEqual(['license/playback-expired']);
    licenses.refuse(null);
    expect((await bodyOf(await ask('v-480p/0.m4s'))).equals(plainOf('v-480p/0'))).toBe(true);
  });

  it('that ends while a segment is on its way keeps it from the player', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    start('online');
    const answer = await ask('v-480p/0.m4s');
    server.misbehave = () => ({ kind: 'hold', until: released });
    const reading = bodyOf(answer);
    await until(() => segmentsAsked().length === 1);
    licenses.refuse('license-expired');
    release();
    await expect(reading).rejects.toMatchObject({ code: 'license/expired' });
    expect(refused).toHaveLength(1);
  });

  it('is asked with each tick, and its end is told', async () => {
    const { sessionId } = start('online');
    const tick = { sessionId, positionSeconds: 10, watchedSeconds: 4, state: 'playing' as const };
    expect(playback.tick(tick).allowed).toBe(true);
    playback.tick({ ...tick, state: 'paused', watchedSeconds: 1 });
    expect(licenses.watched.get('video')).toBe(5);
    licenses.refuse('playback-expired');
    expect(playback.tick(tick).allowed).toBe(false);
    await until(() => refused.length === 1);
  });

  it('hears of the end of each viewing, once, and of no other', () => {
    const one = start('online');
    const two = start('online');
    const ended = () => licenses.calls.filter((call) => call.startsWith('endViewing'));
    playback.stop(one.sessionId);
    expect(ended()).toEqual([`endViewing video ${one.sessionId}`]);
    playback.stop(two.sessionId);
    playback.stop(two.sessionId);
    expect(ended()).toEqual([`endViewing video ${one.sessionId}`, `endViewing video ${two.sessionId}`]);
  });
});

describe('an end', () => {
  it.each(['cancelled body', 'stopped session'])('by a %s aborts the fetch', async (how) => {
    start('online');
    await until(() => server.requests.length === 1);
    server.misbehave = () => ({ kind: 'hang-in-body', afterBytes: 1000 });
    const reader = (await ask('v-480p/0.m4s')).body!.getReader();
    const reading = reader.read();
    const ended = reading.catch(() => {});
    await until(() => segmentsAsked().length === 1);
    if (how === 'cancelled body') await reader.cancel();
    else playback.stop('session-1');
    await ended;
    await until(() => server.connections() === 0);
    if (how === 'cancelled body') expect(playback.stats('session-1').lastError).toBeNull();
  });
});

describe('a request that makes no sense', () => {
  it.each([
    ['GET', '/media/session-9/master.m3u8', 404, 'playback/unknown-session'],
    ['GET', '/media/session-1', 404, 'playback/unknown-session'],
    ['GET', '/other', 404, 'playback/unknown-session'],
    ['GET', '/media/session-1/v-9.m3u8', 404, 'rpc/malformed'],
    ['GET', '/media/session-1/v-480p/99.m4s', 404, 'rpc/malformed'],
    ['GET', '/media/session-1/s-en/init.mp4', 404, 'rpc/malformed'],
    ['GET', '/media/session-1/..%2f..%2fetc/1.m4s', 404, 'playback/unknown-session'],
    ['POST', '/media/session-1/master.m3u8', 405, 'rpc/malformed'],
  ])('%s %s is answered with %i %s', async (method, path, status, code) => {
    start('online');
    const answer = await playback.handle(new Request(`http://layover.invalid${path}`, { method }));
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code });
  });

  it('for statistics or a tick of a session that is gone is an error', () => {
    const gone = expect.objectContaining({ code: 'playback/unknown-session' });
    expect(() => playback.stats('none')).toThrow(gone);
    expect(() => playback.samples('none')).toThrow(gone);
    expect(() =>
      playback.tick({ sessionId: 'none', positionSeconds: 0, watchedSeconds: 0, state: 'paused' }),
    ).toThrow(gone);
  });
});

it('a session knows how much of it is stored', async () => {
  expect(start('online').stored).toBe('none');
  await download('v-480p/0');
  expect(start('online', 'd').stored).toBe('some');
  await download();
  expect(start('online', 'd').stored).toBe('all');
});

it('samples tell what each transfer took', async () => {
  const { sessionId } = start('online');
  await bodyOf(await ask('a-en/0.m4s'));
  expect(playback.samples(sessionId)).toEqual([
    { renditionId: 'a-en', index: 0, source: 'oca-1', bytes: 75_000, transferMs: 0 },
  ]);
});
