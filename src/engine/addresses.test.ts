import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakeLicenses } from '../../testing/fake-licenses.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { openPlainDatabase } from '../../testing/plain-database.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { sidx } from '../../testing/sidx.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { catalogMigrations } from '../catalog/migrations.ts';
import type { CatalogRemote } from '../catalog/types.ts';
import { createOwnKeys, ownKeysMigration, withOwnKeys } from '../license/own-keys.ts';
import { createAddressReader } from './address-reader.ts';
import { addressMigration, createAddresses } from './addresses.ts';

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
  const database = openPlainDatabase([...catalogMigrations, ownKeysMigration, addressMigration]);
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
  const addresses = createAddresses({ database, catalog, licenses, reader, now: clock.now });
  return { addresses, catalog, clock, licenses, network, service };
}

test('an address becomes a film that plays without end and without the service', async () => {
  const { addresses, catalog, licenses, service } = world();
  const title = await addresses.open(` ${url}#part `);
  expect(title).toMatchObject({
    name: 'The Long Way home',
    description: 'media.example',
    durationSeconds: 4,
  });
  expect(catalog.video(title.titleId, null).title).toEqual(title);
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
  const { addresses, clock } = world();
  const other = 'https://media.example/other.m3u8';
  web.set(other, () => new Response(playlist.join('\n')));
  const first = await addresses.open(url);
  clock.advance(1);
  const second = await addresses.open(other);
  expect(addresses.titleIds()).toEqual([second.titleId, first.titleId]);
  clock.advance(1);
  expect((await addresses.open(url)).titleId).toBe(first.titleId);
  expect(addresses.titleIds()).toEqual([first.titleId, second.titleId]);
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
  const { addresses, catalog } = world();
  const { titleId } = await addresses.open(url);
  addresses.forget(titleId);
  expect(addresses.titleIds()).toEqual([]);
  expect(() => catalog.title(titleId, null)).toThrow(expect.objectContaining({ code: 'catalog/not-found' }));
  await expect(addresses.source(titleId)).rejects.toMatchObject({ code: 'catalog/not-found' });
});

test.each([
  ['nonsense', 'address/unusable'],
  ['file:///etc/passwd', 'address/unusable'],
  ['https://me:secret@media.example/a.m3u8', 'address/unusable'],
  ['https://media.example/nobody-answers', 'network/unreachable'],
])('%s is refused with a reason', async (address, code) => {
  const { addresses } = world();
  await expect(addresses.open(address)).rejects.toMatchObject({ code });
  expect(addresses.titleIds()).toEqual([]);
});

test.each([
  ['a page', () => new Response('<!doctype html><p>Sign in to this network</p>'), 'manifest/malformed'],
  ['a refusal', () => new Response('', { status: 403 }), 'address/unusable'],
  ['far too much', () => new Response(Buffer.alloc(9 * 1024 * 1024, 65)), 'address/unusable'],
  [
    'a live stream',
    () =>
      new Response(
        playlist
          .slice(0, -1)
          .filter((line) => !line.includes('VOD'))
          .join('\n'),
      ),
    'manifest/live',
  ],
])('%s is refused with a reason', async (_what, answer, code) => {
  const { addresses } = world();
  web.set(url, answer);
  await expect(addresses.open(url)).rejects.toMatchObject({ code });
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
    code: 'address/unusable',
    details: { reason: 'its server does not give parts of files' },
  });
});
