import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createFakeClock } from '../../../testing/fake-clock.ts';
import { createFakeLicenses } from '../../../testing/fake-licenses.ts';
import { createFakeNetwork } from '../../../testing/fake-network.ts';
import { openPlainDatabase } from '../../../testing/plain-database.ts';
import { createRecordingLog } from '../../../testing/recording-log.ts';
import { sidx } from '../../../testing/sidx.ts';
import { createCatalog } from '../../catalog/catalog.ts';
import { catalogMigrations } from '../../catalog/migrations.ts';
import type { CatalogRemote } from '../../catalog/types.ts';
import { createOwnKeys, ownKeysMigration, withOwnKeys } from '../../license/own-keys.ts';
import { createAddressReader } from './reader.ts';
import { addressMigrations } from './rows.ts';
import { createAddresses } from './addresses.ts';

const playlist = [
  '#EXTM3U',
  '#EXT-X-TARGETDURATION:4',
  '#EXT-X-PLAYLIST-TYPE:VOD',
  '#EXTINF:4,',
  '1.ts',
  '#EXT-X-ENDLIST',
];
const web = new Map<string, (request: Request) => Response>();
const url = 'https://media.example/films/The%20Long-Way_home/master.m3u8?token=1';

function world() {
  web.clear();
  web.set(url, () => new Response(playlist.join('\n')));
  const clock = createFakeClock();
  const network = createFakeNetwork();
  const log = createRecordingLog();
  const database = openPlainDatabase([...catalogMigrations, ownKeysMigration, ...addressMigrations]);
  const catalog = createCatalog({
    database,
    artworkFolder: '/nowhere',
    remote: {} as CatalogRemote,
    now: clock.now,
    newId: () => 'id',
  });
  const service = createFakeLicenses(() => new Uint8Array(16));
  const random = (sizeBytes: number) => randomBytes(sizeBytes);
  const keys = createOwnKeys({ database, deviceSecret: randomBytes(32), random, log });
  const licenses = withOwnKeys(service, keys);
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const answer = web.get(request.url);
    if (!answer) throw new TypeError('fetch failed');
    return answer(request);
  };
  const reader = createAddressReader({ fetch, clock, network });
  const who = { accountId: null as string | null };
  const addresses = createAddresses({
    database,
    catalog,
    licenses,
    reader,
    accountId: () => who.accountId,
    now: clock.now,
  });
  const ids = () => addresses.list().map(({ titleId }) => titleId);
  return { addresses, catalog, clock, ids, licenses, network, service, who };
}

test('an address becomes a film that plays without end and without the service', async () => {
  const { addresses, catalog, licenses, service } = world();
  const title = await addresses.open(` ${url}#part `);
  expect(title).toMatchObject({ name: 'The Long Way home', url, durationSeconds: 4 });
  expect(catalog.video(title.titleId, null).title).toMatchObject({
    type: 'film',
    videoId: title.videoId,
    description: 'media.example',
    maturityRating: '18',
  });
  expect(licenses.verdict(title.titleId)).toMatchObject({ allowed: true, playableUntilMs: null });
  const { presentation, renewPathways } = await addresses.source(title.titleId);
  expect(presentation.video[0]?.segments[0]?.path).toBe('1.ts');
  expect(await renewPathways()).toEqual(presentation.pathways);
  expect(service.calls).toEqual([]);
});

test('what lies behind a redirect is relative to where it lies', async () => {
  const { addresses } = world();
  web.set(url, () => {
    const answer = new Response(playlist.join('\n'));
    Object.defineProperty(answer, 'url', { value: 'https://cdn.example/film/index.m3u8' });
    return answer;
  });
  const { titleId } = await addresses.open(url);
  const { presentation } = await addresses.source(titleId);
  expect(presentation.pathways).toEqual([{ id: 'origin', baseUrl: 'https://cdn.example/film/' }]);
});

test('the same address is the same video; the latest comes first', async () => {
  const { addresses, clock, ids } = world();
  const other = 'https://media.example/other.m3u8';
  web.set(other, () => new Response(playlist.join('\n')));
  const first = await addresses.open(url);
  clock.advance(1);
  const second = await addresses.open(other);
  expect(ids()).toEqual([second.titleId, first.titleId]);
  clock.advance(1);
  expect((await addresses.open(url)).titleId).toBe(first.titleId);
  expect(ids()).toEqual([first.titleId, second.titleId]);
});

test('children do not see what nobody rated', async () => {
  const { addresses, catalog } = world();
  const { titleId } = await addresses.open(url);
  const child = { profileId: 'kid', name: 'Kid', avatar: 'a', isKids: true, language: 'en', hasPin: false };
  expect(() => catalog.title(titleId, { ...child, maturityLimit: '7' })).toThrow(
    expect.objectContaining({ code: 'catalog/restricted' }),
  );
});

test('what is forgotten is gone from list and catalog', async () => {
  const { addresses, catalog, ids, licenses } = world();
  const { titleId } = await addresses.open(url);
  addresses.forget(titleId);
  expect(licenses.held()).toEqual([]);
  expect(ids()).toEqual([]);
  expect(() => catalog.title(titleId, null)).toThrow(expect.objectContaining({ code: 'catalog/not-found' }));
  await expect(addresses.source(titleId)).rejects.toMatchObject({ code: 'catalog/not-found' });
});

test.each([
  ['nonsense', 'address/not-one'],
  ['', 'address/not-one'],
  ['file:///etc/passwd', 'address/scheme'],
  ['data:application/vnd.apple.mpegurl,%23EXTM3U', 'address/scheme'],
  ['ftp://media.example/a.m3u8', 'address/scheme'],
  ['https://me:secret@media.example/a.m3u8', 'address/credentials'],
  ['https://media.example/nobody-answers', 'network/unreachable'],
])('%j is refused with a reason', async (address, code) => {
  const { addresses, ids } = world();
  await expect(addresses.open(address)).rejects.toMatchObject({ code });
  expect(ids()).toEqual([]);
});

const typed = (body: string | Uint8Array<ArrayBuffer>, type: string) => () =>
  new Response(body, { headers: { 'content-type': type } });
const keyed = (key: string) =>
  [...playlist.slice(0, 3), `#EXT-X-KEY:${key}`, ...playlist.slice(3)].join('\n');
test.each<[string, () => Response, string, object?]>([
  ['a page', () => new Response('\n<!doctype html><p>Hello</p>'), 'address/web-page'],
  ['nothing', () => new Response(''), 'manifest/malformed'],
  ['a refusal', () => new Response('', { status: 404 }), 'address/refused', { status: 404 }],
  [
    'a busy server',
    () => new Response('', { status: 503, headers: { 'retry-after': '9' } }),
    'address/busy',
    { status: 503, retryAfterSeconds: 9 },
  ],
  ['a video file', typed(Buffer.from('\0\0\0\x20ftypisom', 'latin1'), 'text/plain'), 'address/wrong-content', { what: 'MP4' }],
  ['a picture', typed(Buffer.from([0x89, ...Buffer.from('PNG')]), 'image/png'), 'address/wrong-content', { what: 'PNG' }],
  ['something else', typed('hello', 'text/css; charset=utf-8'), 'address/wrong-content', { what: 'text/css' }],
  ['JSON', typed('{"error":"no"}', 'application/json'), 'address/wrong-content', { what: 'JSON' }],
  ['other XML', () => new Response('<rss/>'), 'manifest/malformed'],
  ['far too much', () => new Response(`#EXTM3U\n${'#'.repeat(9 * 1024 * 1024)}`), 'address/too-large'],
  ['a live stream', () => new Response(playlist.slice(0, -1).join('\n').replace('#EXT-X-PLAYLIST-TYPE:VOD\n', '')), 'manifest/live'],
  ['SAMPLE-AES', () => new Response(keyed('METHOD=SAMPLE-AES,URI="k"')), 'manifest/unsupported', { reason: 'encryption', text: '"SAMPLE-AES"' }],
  ['a key of some service’s own', () => new Response(keyed('METHOD=AES-128,URI="urn:x:1"')), 'manifest/unsupported', { reason: 'key-of-a-service' }],
  ['a file of this computer', () => new Response(playlist.join('\n').replace('1.ts', 'file:///etc/passwd')), 'manifest/unsupported', { reason: 'foreign-scheme', text: '"file:"' }],
])('%s is refused by its name', async (_what, answer, code, details) => {
  const { addresses, ids } = world();
  web.set(url, answer);
  await expect(addresses.open(url)).rejects.toMatchObject({ code, ...(details && { details }) });
  expect(ids()).toEqual([]);
}); // prettier-ignore

test('it is called as it calls itself, and as the viewer calls it from then on', async () => {
  const { addresses, catalog } = world();
  const named = 'https://media.example/show/master.m3u8';
  const data = '#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.title",VALUE="The  Show"';
  web.set(named, () => new Response(`#EXTM3U\n${data}\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8`));
  web.set('https://media.example/show/v.m3u8', () => new Response(playlist.join('\n')));
  const { titleId, name } = await addresses.open(named);
  expect(name).toBe('The Show');
  expect(addresses.rename(titleId, ' My\u202E show\n').name).toBe('My show');
  expect((await addresses.open(named)).name).toBe('My show');
  expect(catalog.title(titleId, null).name).toBe('My show');
  expect(addresses.rename(titleId, '  ').name).toBe('show');
});

test('an account sees its own and what nobody’s is; nobody sees no account’s', async () => {
  const { addresses, ids, who } = world();
  const { titleId } = await addresses.open(url);
  who.accountId = 'ana';
  web.set('https://media.example/ana.m3u8', () => new Response(playlist.join('\n')));
  const hers = await addresses.open('media.example/ana.m3u8');
  expect(hers.url).toBe('https://media.example/ana.m3u8');
  expect(ids().toSorted()).toEqual([titleId, hers.titleId].toSorted());
  who.accountId = null;
  expect(ids()).toEqual([titleId]);
  expect(addresses.isOpened(hers.titleId)).toBe(false);
  expect(() => addresses.rename(hers.titleId, 'x')).toThrow(
    expect.objectContaining({ code: 'catalog/not-found' }),
  );
  // Her download goes on while nobody is signed in.
  expect((await addresses.source(hers.titleId)).presentation.durationSeconds).toBe(4);
});

test('what was read is good for a while, and a page in its place later is somebody’s on the way', async () => {
  const { addresses, clock } = world();
  const { titleId } = await addresses.open(url);
  web.set(url, () => new Response('<html>Welcome to the hotel</html>'));
  const { renewPathways } = await addresses.source(titleId);
  await expect(renewPathways()).rejects.toMatchObject({ code: 'network/captive-portal' });
  clock.advance(6 * 60_000);
  await expect(addresses.source(titleId)).rejects.toMatchObject({ code: 'network/captive-portal' });
});

test('opening ends when it is given up', async () => {
  const { addresses, ids } = world();
  const stop = new AbortController();
  web.set(url, () => {
    stop.abort(new Error('enough'));
    return new Response(playlist.join('\n'));
  });
  await expect(addresses.open(url, stop.signal)).rejects.toThrow('enough');
  expect(ids()).toEqual([]);
});

test('offline says so at once', async () => {
  const { addresses, network } = world();
  network.set(false);
  await expect(addresses.open(url)).rejects.toMatchObject({ code: 'network/offline' });
});

test('an MPD whose files have an index inside them is read, from servers that give parts of files', async () => {
  const { addresses } = world();
  const mpdUrl = 'https://media.example/film.mpd';
  const file = Buffer.concat([
    sidx({ references: [100, 200].map((sizeBytes) => ({ sizeBytes, ticks: 4 })) }),
    Buffer.alloc(300),
  ]);
  web.set(
    mpdUrl,
    () =>
      new Response(
        '<MPD mediaPresentationDuration="PT8S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="v" bandwidth="1"><BaseURL>v.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>',
      ),
  );
  web.set('https://media.example/v.mp4', ({ headers }) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.get('range') ?? '') ?? [];
    const part = file.subarray(Number(first), Number(last) + 1);
    const contentRange = `bytes ${first}-${Number(first) + part.length - 1}/${file.length}`;
    return new Response(part, { status: 206, headers: { 'Content-Range': contentRange } });
  });
  const title = await addresses.open(mpdUrl);
  const { presentation } = await addresses.source(title.titleId);
  expect(presentation.video[0]?.segments.map((one) => one.byteRange?.lengthBytes)).toEqual([100, 200]);

  web.set('https://media.example/v.mp4', () => new Response(file));
  const other = 'https://media.example/other.mpd';
  web.set(other, web.get(mpdUrl) ?? (() => new Response()));
  await expect(addresses.open(other)).rejects.toMatchObject({
    code: 'address/no-parts',
  });
});
