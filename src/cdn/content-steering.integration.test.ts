import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { startOrigin } from '../../testing/strangers-media.ts';
import type { Origin } from '../../testing/strangers-media.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { until } from '../../testing/until.ts';
import { loadPresentation } from '../manifest/index.ts';
import { createNodeFetch } from '../platform/fetch.ts';
import { createCdn } from './cdn.ts';
import type { Steering } from './types.ts';

/* Three real servers of the same media, a real steering server, and a clock that the test moves. */

interface SteeringServer {
  readonly url: string;
  readonly asked: string[];
  answer: { status: number; headers?: Record<string, string>; body?: unknown };
}

let origins: Record<'a' | 'b' | 'c', Origin>;
let steering: SteeringServer;
let clock: ReturnType<typeof createFakeClock>;
let session: Steering;
let log: ReturnType<typeof createRecordingLog>;

async function startSteering(): Promise<SteeringServer> {
  const server = createServer((request, response) => {
    started.asked.push(request.url ?? '');
    const { status, headers, body } = started.answer;
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const started: SteeringServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: [],
    answer: { status: 200, body: {} },
  };
  return started;
}

const priority = (...ids: string[]) => ({ VERSION: 1, TTL: 10, 'PATHWAY-PRIORITY': ids });
const manifestOf = {
  hls: () => {
    const variant = (id: string, origin: Origin) =>
      `#EXT-X-STREAM-INF:BANDWIDTH=1000,PATHWAY-ID="${id}"\n${origin.url}film/v.m3u8`;
    return [
      '#EXTM3U',
      `#EXT-X-CONTENT-STEERING:SERVER-URI="${steering.url}steer?s=%20x",PATHWAY-ID="a"`,
      variant('a', origins.a),
      variant('b', origins.b),
    ].join('\n');
  },
  dash: () => `<MPD mediaPresentationDuration="PT8S">
    <ContentSteering defaultServiceLocation="a" queryBeforeStart="true">${steering.url}steer</ContentSteering>
    <BaseURL serviceLocation="a">${origins.a.url}film/</BaseURL>
    <BaseURL serviceLocation="b">${origins.b.url}film/</BaseURL>
    <Period><AdaptationSet mimeType="video/mp4"><SegmentTemplate duration="1" startNumber="0" media="$Number$.ts"/>
    <Representation id="v" bandwidth="1000"/></AdaptationSet></Period></MPD>`,
};
const mediaPlaylist = ['#EXTM3U', '#EXT-X-TARGETDURATION:1', ...Array.from({ length: 8 }, (_, n) => `#EXTINF:1,\n${n}.ts`), '#EXT-X-ENDLIST'].join('\n'); // prettier-ignore

async function open(dialect: 'hls' | 'dash') {
  const presentation = await loadPresentation({
    manifestUrl: `${origins.a.url}film/manifest`,
    fetchText: async (url) => (url.endsWith('manifest') ? manifestOf[dialect]() : mediaPlaylist),
  });
  const { fetch, close } = createNodeFetch();
  onTestFinished(close);
  const random = (sizeBytes: number) => new Uint8Array(sizeBytes);
  const cdn = createCdn({ fetch, clock, network: createFakeNetwork(), log, random });
  const { pathways, contentSteering } = presentation;
  session = cdn.steer(pathways, async () => pathways, { contentSteering });
  return presentation.video[0]?.segments.map((segment) => segment.path) ?? [];
}

beforeEach(async () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'film'));
  for (let n = 0; n < 8; n += 1) writeFileSync(path.join(folder, 'film', `${n}.ts`), Buffer.alloc(40_000, n));
  const [a, b, c] = await Promise.all([startOrigin(folder), startOrigin(folder), startOrigin(folder)]);
  origins = { a, b, c };
  onTestFinished(() => Promise.all([a.close(), b.close(), c.close()]).then(() => undefined));
  steering = await startSteering();
  clock = createFakeClock();
  log = createRecordingLog();
});

const from = async (segment: string | undefined) => (await session.fetch({ path: segment ?? '' })).ocaId;
/** Until so many answers have been read. */
const answered = (times: number) =>
  until(
    () =>
      log.lines.filter(({ event }) => event === 'cdn.steered' || event === 'cdn.steering-failed').length >=
      times,
  );

describe('content steering', () => {
  it('begins where the playlist says, goes where the server says, and asks again when that has aged', async () => {
    steering.answer = { status: 200, body: { ...priority('b', 'a'), 'RELOAD-URI': '/next?n=1' } };
    const [first, second, third, fourth] = await open('hls');
    expect(await from(first)).toBe('a');
    await answered(1);
    expect(steering.asked).toEqual(['/steer?s=%20x&_HLS_pathway=a']);
    expect(await from(second)).toBe('b');
    steering.answer = { status: 200, body: priority('a') };
    expect(await from(third)).toBe('b');
    expect(steering.asked).toHaveLength(1);
    clock.advance(10_001);
    expect(await from(fourth)).toBe('b');
    await answered(2);
    expect(steering.asked[1]).toMatch(/^\/next\?n=1&_HLS_pathway=b&_HLS_throughput=\d+$/);
    expect(await from(first)).toBe('a');
  });

  it('is left for another pathway when the one that it wants is dead', async () => {
    steering.answer = { status: 200, body: priority('b', 'a') };
    const [first, second] = await open('hls');
    await from(first);
    await answered(1);
    await origins.b.close();
    expect(await from(second)).toBe('a');
  });

  it('makes clones of pathways, which are fetched from', async () => {
    const host = new URL(origins.c.url).host;
    const clone = { 'BASE-ID': 'a', ID: 'c', 'URI-REPLACEMENT': { HOST: host } };
    steering.answer = { status: 200, body: { ...priority('c', 'a'), 'PATHWAY-CLONES': [clone, { ID: 7 }] } };
    const [first, second] = await open('hls');
    await from(first);
    await answered(1);
    expect(await from(second)).toBe('c');
    expect(origins.c.requests.map((request) => request.path)).toEqual(['film/1.ts']);
  });

  it('in DASH is heard before the first byte where the manifest wants that, and clones carry parameters', async () => {
    const clone = { 'BASE-ID': 'b', ID: 'd', 'URI-REPLACEMENT': { PARAMS: { token: 'x&y' } } };
    steering.answer = { status: 200, body: { ...priority('d', 'a'), 'PATHWAY-CLONES': [clone] } };
    const [first] = await open('dash');
    expect(await from(first)).toBe('d');
    expect(steering.asked).toEqual(['/steer?_DASH_pathway=%22a%22']);
    expect(origins.b.requests.map((request) => request.path)).toEqual(['film/0.ts?token=x%26y']);
  });

  it.each([
    ['an error', { status: 500 }, 300_000],
    ['a page', { status: 200, body: '<html>Welcome</html>' }, 300_000],
    ['another version', { status: 200, body: { ...priority('b'), VERSION: 2 } }, 300_000],
    ['too much', { status: 200, body: `${JSON.stringify(priority('b'))}${' '.repeat(70_000)}` }, 300_000],
    ['a plea for patience', { status: 429, headers: { 'retry-after': '20' } }, 20_000],
  ])('that answers with %s stops nothing, and is asked again later', async (_what, answer, afterMs) => {
    steering.answer = answer;
    const [first, second, third] = await open('hls');
    expect(await from(first)).toBe('a');
    await answered(1);
    steering.answer = { status: 200, body: priority('b') };
    clock.advance(afterMs - 1);
    expect(await from(second)).toBe('a');
    expect(steering.asked).toHaveLength(1);
    clock.advance(1);
    await from(third);
    await answered(2);
    expect(await from(second)).toBe('b');
  });

  it('is over for good when its server says so', async () => {
    steering.answer = { status: 410 };
    const [first, second] = await open('hls');
    await from(first);
    await answered(1);
    clock.advance(86_400_000);
    expect(await from(second)).toBe('a');
    expect(steering.asked).toHaveLength(1);
  });
});
