import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { reach } from '../../../testing/engine-world.ts';
import { film, startTestService } from '../../../testing/service-api.ts';
import { makeStrangersMedia, startOrigin, strangers } from '../../../testing/strangers-media.ts';
import type { Origin } from '../../../testing/strangers-media.ts';
import { createRecordingLog } from '../../../testing/recording-log.ts';
import { temporaryFolder } from '../../../testing/temporary-folder.ts';
import { decodeVideo } from '../../cli/ffmpeg.ts';
import { createNodePlatform } from '../../platform/node-platform.ts';
import { seedServiceUrl } from '../../platform/settings.ts';
import { serve } from '../../platform/serve.ts';
import type { SelectionPreferences } from '../../shared/selection.ts';
import { createEngine } from '../engine.ts';

/* Real media of a stranger's, a real server, a real engine on a real disk, and nobody signed in. */

const SECONDS = 8;
const FRAMES = SECONDS * 25;
const everything: SelectionPreferences = {
  video: { rule: 'data-saver' },
  audioLanguages: [],
  subtitleLanguages: [],
  audioDescription: false,
};

let media: string;
let origin: Origin;
beforeAll(async () => {
  media = mkdtempSync(path.join(tmpdir(), 'layover-strangers-'));
  await makeStrangersMedia(media, { seconds: SECONDS });
});
beforeEach(async () => {
  origin = await startOrigin(media);
});
afterEach(() => origin.close());
afterAll(() => rmSync(media, { recursive: true, force: true }));

async function openedEngine(folder = temporaryFolder(), serviceUrl = 'http://127.0.0.1:9/') {
  const log = createRecordingLog();
  const platform = createNodePlatform({ host: 'cli', version: '0.0.0', userData: folder, log });
  seedServiceUrl(platform.settings, serviceUrl);
  const engine = await createEngine(platform);
  let isClosed = false;
  const close = async () => {
    if (isClosed) return;
    isClosed = true;
    await engine.stop();
    await platform.close();
  };
  onTestFinished(close);
  return { ...engine, folder, close };
}
type Engine = Awaited<ReturnType<typeof openedEngine>>;

/** Decodes what the player would get, to its end. */
async function played({ client, media: handler }: Engine, videoId: string) {
  const { playlistPath, sessionId, stored } = await client.playback.start({ videoId });
  const server = await serve(
    (at) => async (request) => handler(new Request(new URL(new URL(request.url).pathname, at), { headers: request.headers })),
    { port: 0, maxBodyBytes: 0, onError: () => undefined },
  ); // prettier-ignore
  try {
    const decoded = await decodeVideo(server.origin + playlistPath, {
      onFrame: () => {},
      signal: AbortSignal.timeout(60_000),
    });
    const { bySource } = await client.playback.stats({ sessionId });
    return {
      frames: decoded.frames.length,
      sha256: decoded.sha256,
      stored,
      sources: bySource.map(({ source }) => source),
    };
  } finally {
    await client.playback.stop({ sessionId });
    await server.close();
  }
}

describe('what lies at an address', () => {
  test.each([
    ['clear HLS', strangers.clear, 'Night Ferry'],
    ['HLS under keys that rotate', strangers.rotating, 'keys'],
    ['DASH', strangers.dash, 'film'],
  ])('%s: plays, is downloaded, and plays from the disk with its server gone', async (_what, where, name) => {
    const folder = temporaryFolder();
    const engine = await openedEngine(folder);
    const { client } = engine;
    const { videoId, ...opened } = await client.addresses.open({ url: origin.url + where });
    expect(opened).toMatchObject({ name, durationSeconds: expect.closeTo(SECONDS, 0) as number });
    const streamed = await played(engine, videoId);
    expect(streamed).toMatchObject({ frames: FRAMES, stored: 'none' });

    const options = await client.downloads.options({ videoId, preferences: everything });
    expect(options.proposal.size.exact).toBe(false);
    expect(options.proposal.size.bytes).toBeGreaterThan(10_000);
    const { downloadId } = await client.downloads.add({ videoId, preferences: everything });
    const done = await reach(engine, downloadId, ({ state }) => state === 'completed');
    expect(done).toMatchObject({ titleName: name, verdict: { allowed: true, playableUntilMs: null } });

    await origin.close();
    await engine.close();
    const again = await openedEngine(folder);
    expect((await again.client.addresses.list()).map((one) => one.videoId)).toEqual([videoId]);
    const offline = await played(again, videoId);
    expect(offline).toMatchObject({ frames: FRAMES, stored: 'all', sources: ['store'] });
    // The lower picture was taken; where there is but one, it is the same to the pixel.
    if (where === strangers.rotating) expect(offline.sha256).toBe(streamed.sha256);

    // Neither media nor keys lie there in the clear.
    const wholeDisk = filesBelow(folder).map((file) => readFileSync(file));
    const secrets = [
      ...['0.key', '1.key'].map((key) => readFileSync(path.join(media, 'keys', key))),
      readFileSync(path.join(media, 'film/chunk-stream1-00001.m4s')).subarray(2_000, 2_064),
    ];
    for (const secret of secrets) expect(wholeDisk.some((file) => file.includes(secret))).toBe(false);

    await again.client.addresses.forget({ titleId: videoId });
    expect(await again.client.downloads.list()).toEqual([]);
    expect(await again.client.addresses.list()).toEqual([]);
    await expect(again.client.playback.start({ videoId })).rejects.toMatchObject({
      code: 'catalog/not-found',
    });
  });

  test.each([
    ['clear HLS', strangers.clear],
    ['HLS under keys that rotate', strangers.rotating],
    ['DASH', strangers.dash],
  ])('%s whose addresses are signed: a play that outlasts the signatures goes on', async (_what, where) => {
    const { age, aged } = signing(origin);
    const engine = await openedEngine();
    const { videoId } = await engine.client.addresses.open({ url: origin.url + where });
    age.after = 3;
    expect(await played(engine, videoId)).toMatchObject({ frames: FRAMES, stored: 'none' });
    expect(aged()).toBeGreaterThan(0);
  });

  test.each([
    ['a live stream', strangers.live, 'manifest/live'],
    ['SAMPLE-AES', strangers.sampleAes, 'manifest/unsupported'],
    ['Widevine', strangers.widevine, 'manifest/unsupported'],
    ['a page', strangers.page, 'address/web-page'],
    ['nothing', 'nowhere.m3u8', 'address/refused'],
    ['a media file', 'film/init-stream0.m4s', 'address/wrong-content'],
  ])('%s is refused by its name, and leaves nothing behind', async (_what, where, code) => {
    const { client } = await openedEngine();
    await expect(client.addresses.open({ url: origin.url + where })).rejects.toMatchObject({ code });
    expect(await client.addresses.list()).toEqual([]);
  });

  test('a redirect leads on the web only', async () => {
    const { client } = await openedEngine();
    origin.answer = (asked) =>
      asked === 'moved' ? { status: 302, headers: { location: `/${strangers.clear}` } }
      : asked === 'down' ? { status: 302, headers: { location: 'file:///etc/passwd' } }
      : asked === 'round' ? { status: 302, headers: { location: '/round' } }
      : undefined; // prettier-ignore
    expect(await client.addresses.open({ url: `${origin.url}moved` })).toMatchObject({ name: 'Night Ferry' });
    for (const wrong of ['down', 'round'])
      await expect(client.addresses.open({ url: origin.url + wrong })).rejects.toMatchObject({
        code: 'network/unreachable',
      });
  });
});

test('nothing of the account goes to an opened address, and nothing of the address to the service', async () => {
  const service = await startTestService();
  onTestFinished(() => service.close());
  await service.publish(film('harbor'));
  const engine = await openedEngine(temporaryFolder(), service.origin);
  const { client } = engine;
  await client.auth.signIn({ email: 'traveler@layover.example', password: 'layover-demo' });
  const profiles = await client.profiles.list();
  const choose = (name: string) =>
    client.profiles.choose({ profileId: profiles.find((one) => one.name === name)!.profileId });
  await choose('Ana');
  const { videoId, titleId } = await client.addresses.open({ url: origin.url + strangers.rotating });
  await played(engine, videoId);
  const { downloadId } = await client.downloads.add({ videoId, preferences: everything });
  await reach(engine, downloadId, ({ state }) => state === 'completed');
  expect(origin.requests.length).toBeGreaterThan(10);
  for (const { headers } of origin.requests) {
    const names = Object.keys(headers).filter((name) => !['accept', 'accept-encoding', 'accept-language', 'cache-control', 'connection', 'host', 'pragma', 'range', 'if-range', 'sec-fetch-mode', 'user-agent'].includes(name)); // prettier-ignore
    expect(names).toEqual([]);
  }
  // How far it was watched is kept here.
  const { sessionId } = await client.playback.start({ videoId });
  await client.playback.tick({ sessionId, positionSeconds: 5, watchedSeconds: 5, state: 'paused' });
  expect((await client.catalog.title({ titleId })).positions).toHaveLength(1);
  expect((await client.app.status()).pendingMutations).toBe(0);
  await expect(client.catalog.rate({ titleId, rating: 1 })).rejects.toMatchObject({
    code: 'address/not-of-service',
  });
  expect((await client.catalog.home()).rows.map(({ kind }) => kind)).toContain('opened-addresses');

  // Nobody rated it: not for children. And it is hers: whoever comes when she has left sees nothing of it.
  await choose('Kim');
  expect(await client.addresses.list()).toEqual([]);
  expect(await client.downloads.list()).toEqual([]);
  await expect(client.addresses.open({ url: origin.url + strangers.dash })).rejects.toMatchObject({
    code: 'catalog/restricted',
  });
  await client.auth.signOut();
  expect(await client.addresses.list()).toEqual([]);
  await expect(client.playback.start({ videoId })).rejects.toMatchObject({ code: 'catalog/not-found' });
  await expect(client.catalog.title({ titleId: 'harbor' })).rejects.toMatchObject({
    code: 'auth/signed-out',
  });
});

/**
 * Every file and key has a signature in its address, which holds for so many answers; manifests have the newest. Whoever asks
 * for a file again with a later signature than was refused gets it: how many ask at a time must not decide who is late twice.
 */
function signing(on: Origin) {
  const age = { after: Infinity };
  let [signature, answers] = [1, 0];
  const refused = new Map<string, number>();
  on.answer = (asked, search) => {
    if (/\.(m3u8|mpd)$/.test(asked)) {
      const text = readFileSync(path.join(media, asked), 'utf8');
      const signed = text
        .replaceAll(/^[^#\s].*$/gm, (line) => (asked.endsWith('.mpd') ? line : `${line}?s=${signature}`))
        .replaceAll(/URI="([^"]+)"/g, `URI="$1?s=${signature}"`)
        .replaceAll(/(media|initialization)="([^"]+)"/g, `$1="$2?s=${signature}"`);
      return { status: 200, body: signed };
    }
    const shown = Number(search.slice('?s='.length));
    if (shown !== signature && !(shown > (refused.get(asked) ?? Infinity))) {
      refused.set(asked, shown);
      return { status: 403 };
    }
    answers += 1;
    if (answers % age.after === 0) signature += 1;
    return undefined;
  };
  return { age, aged: () => refused.size };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
