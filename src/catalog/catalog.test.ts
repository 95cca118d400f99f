import { readdirSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { openPlainDatabase } from '../../testing/plain-database.ts';
import { sampleFilm, sampleProfile, sampleSeries } from '../../testing/sample-titles.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Row, Title } from '../shared/catalog.ts';
import { createCatalog } from './catalog.ts';
import { catalogMigrations } from './migrations.ts';

const offline = () => Promise.reject(new LayoverError('network/offline'));
const remote = {
  catalog: vi.fn((): Promise<{ revision: number; titles: Title[]; removedTitleIds: string[] }> => offline()),
  home: vi.fn((): Promise<{ rows: Row[] }> => offline()),
  profiles: vi.fn(offline),
  artwork: vi.fn((): Promise<Uint8Array> => offline()),
};

function set() {
  const artworkFolder = temporaryFolder();
  const database = openPlainDatabase(catalogMigrations);
  let id = 0;
  const catalog = createCatalog({ database, artworkFolder, remote, now: () => 7, newId: () => `${id++}` });
  return { catalog, database, artworkFolder };
}

async function filled(titles: Title[]) {
  const parts = set();
  remote.catalog.mockResolvedValueOnce({ revision: 3, titles, removedTitleIds: [] });
  expect(await parts.catalog.refreshTitles()).toBe(true);
  return parts;
}

const found = (catalog: ReturnType<typeof createCatalog>, q: string) =>
  catalog.search(q, sampleProfile).map((item) => item.titleId);

test('the replica answers without the service, and says what comes next', async () => {
  const { catalog } = await filled([sampleFilm('f'), sampleSeries('s')]);
  expect(catalog.title('f', sampleProfile).name).toBe('Harbor Lights');
  expect(catalog.video('s-video-2', sampleProfile)).toMatchObject({
    episode: { episodeNumber: 2 },
    nextVideoId: 's-video-3',
  });
  expect(catalog.video('s-video-3', sampleProfile).nextVideoId).toBeNull();
  expect(() => catalog.title('nothing', sampleProfile)).toThrow(
    expect.objectContaining({ code: 'catalog/not-found' }),
  );
});

test('pulls only what changed since, and forgets what was removed', async () => {
  const { catalog } = await filled([sampleFilm('f'), sampleSeries('s')]);
  remote.catalog.mockResolvedValueOnce({ revision: 4, titles: [], removedTitleIds: ['s'] });
  await catalog.refreshTitles();
  expect(remote.catalog).toHaveBeenLastCalledWith(3);
  expect(() => catalog.video('s-video-1', null)).toThrow(LayoverError);
  expect(found(catalog, 'night trains')).toEqual([]);
  remote.catalog.mockResolvedValueOnce({ revision: 4, titles: [], removedTitleIds: [] });
  expect(await catalog.refreshTitles()).toBe(false);
});

test('search forgives typos and accents, prefers the title, breaks ties by popularity', async () => {
  const { catalog } = await filled([
    sampleFilm('quiet', { name: 'Harbor Lights', popularity: 0.1 }),
    sampleFilm('loud', { name: 'Harbor Lights', popularity: 0.9 }),
    sampleFilm('mention', { name: 'Elsewhere', description: 'Far from the harbor lights of home.' }),
    sampleSeries('s'),
  ]);
  expect(found(catalog, 'harbor lights')).toEqual(['loud', 'quiet', 'mention']);
  expect(found(catalog, 'harbr lights')).toEqual(['loud', 'quiet', 'mention']);
  expect(found(catalog, 'tomas quirke')).toHaveLength(4);
  expect(found(catalog, 'ni')).toEqual(['s']);
  // Short words, where a slip leaves hardly a trigram, or none.
  for (const slip of ['nigth', 'ngiht', 'night trians', 'trians'])
    expect([slip, found(catalog, slip)]).toEqual([slip, ['s']]);
  expect(found(catalog, 'zzzzqq')).toEqual([]);
  expect(found(catalog, '%')).toEqual([]);
  expect(found(catalog, '"night" OR')).toEqual(['s']);
  expect(found(catalog, '   ')).toEqual([]);
});

test('a profile sees no title beyond its limit, anywhere', async () => {
  const { catalog } = await filled([sampleFilm('f', { maturityRating: '16' })]);
  const kid = { ...sampleProfile, profileId: 'kim', maturityLimit: '7' as const };
  expect(catalog.search('harbor', kid)).toEqual([]);
  expect(catalog.home(kid).rows).toEqual([]);
  expect(() => catalog.title('f', kid)).toThrow(expect.objectContaining({ code: 'catalog/restricted' }));
  expect(() => catalog.video('f-video', kid)).toThrow(
    expect.objectContaining({ code: 'catalog/restricted' }),
  );
});

test('home shows the last rows, less what is gone; before the first refresh, the replica’s own', async () => {
  const { catalog } = await filled([sampleFilm('f')]);
  expect(catalog.home(sampleProfile)).toMatchObject({
    refreshedAtMs: null,
    rows: [{ items: [{ titleId: 'f' }] }],
  });
  const item = catalog.home(sampleProfile).rows[0]?.items[0];
  if (!item) throw new Error('no item');
  remote.home.mockResolvedValueOnce({
    rows: [{ kind: 'top-10', items: [item, { ...item, titleId: 'gone' }] }],
  });
  await catalog.refreshHome('ana');
  expect(catalog.home(sampleProfile)).toMatchObject({
    refreshedAtMs: 7,
    rows: [{ kind: 'top-10', items: [{ titleId: 'f' }] }],
  });
});

test('artwork is fetched once and shown from the disk ever after; a version changes the name', async () => {
  const { catalog, artworkFolder } = set();
  remote.artwork.mockResolvedValueOnce(Uint8Array.of(1, 2, 3));
  expect([...(await catalog.artwork('f', 'poster', '1'))]).toEqual([1, 2, 3]);
  expect([...(await catalog.artwork('f', 'poster', '1'))]).toEqual([1, 2, 3]);
  await expect(catalog.artwork('f', 'poster', '2')).rejects.toMatchObject({ code: 'network/offline' });
  await expect(catalog.artwork('../../etc', 'poster', '2')).rejects.toThrow();
  expect(readdirSync(artworkFolder)).toEqual(['f.poster.1.jpg']);
});

test('a row that no longer parses counts as absent', async () => {
  const { catalog, database } = await filled([sampleFilm('f'), sampleFilm('g')]);
  database.sql.exec("UPDATE catalog_title SET json = '{' WHERE titleId = 'f'");
  expect(() => catalog.title('f', null)).toThrow(expect.objectContaining({ code: 'catalog/not-found' }));
  expect(found(catalog, 'harbor')).toEqual(['g']);
});
