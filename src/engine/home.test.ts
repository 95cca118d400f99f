import { expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { openPlainDatabase } from '../../testing/plain-database.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { sampleFilm, sampleProfile, sampleSeries } from '../../testing/sample-titles.ts';
import { createCatalog, itemOf } from '../catalog/catalog.ts';
import { catalogMigrations } from '../catalog/migrations.ts';
import type { CatalogRemote } from '../catalog/types.ts';
import type { Row } from '../shared/catalog.ts';
import { LayoverError } from '../shared/errors.ts';
import { syncMigrations } from '../sync/migrations.ts';
import { createSync } from '../sync/sync.ts';
import { downloadView } from './download-view.ts';
import { homeView } from './home.ts';
import { createFakeLicenses } from '../../testing/fake-licenses.ts';
import type { DownloadStatus } from '../download/types.ts';

const film = sampleFilm('harbor');
const series = sampleSeries('trains');
const grown = sampleFilm('grown', { maturityRating: '18' });
const kim = { ...sampleProfile, profileId: 'kim', isKids: true, maturityLimit: '7' as const };

/** A replica and the deeds of a profile, without any service: it refuses every call after the first filling. */
async function world() {
  const database = openPlainDatabase([...catalogMigrations, ...syncMigrations]);
  const clock = createFakeClock();
  const remote = {
    titles: [film, series, grown],
    removedTitleIds: [] as string[],
    rows: [] as Row[],
    revision: 1,
  };
  const gone = () => Promise.reject(new LayoverError('network/offline'));
  const catalog = createCatalog({
    database,
    artworkFolder: 'nowhere',
    remote: {
      catalog: async () => ({ ...remote }),
      home: async () => ({ rows: remote.rows }),
      profiles: gone,
      artwork: gone,
    } satisfies CatalogRemote,
    now: clock.now,
    newId: () => 'id',
  });
  const sync = createSync({
    database,
    remote: { push: gone, pull: gone },
    clock,
    log: createRecordingLog(),
    accountId: () => 'account',
    newId: () => crypto.randomUUID(),
    onChange: () => undefined,
  });
  await catalog.refreshTitles();
  const watch = (
    videoId: string,
    positionSeconds: number,
    over: { completed?: boolean; profileId?: string } = {},
  ) => {
    clock.advance(1_000);
    sync.record({
      kind: 'progress',
      position: {
        profileId: over.profileId ?? 'ana',
        videoId,
        positionSeconds,
        durationSeconds: 96,
        completed: over.completed ?? false,
        watchedAtMs: clock.now(),
      },
    });
  };
  const list = (titleId: string, listed: boolean) => {
    clock.advance(1_000);
    sync.record({ kind: 'my-list', profileId: 'ana', titleId, listed, atMs: clock.now() });
  };
  const rows = (profile = sampleProfile) =>
    Object.fromEntries(
      homeView({ addresses: { list: () => [] }, catalog, sync }, profile).rows.map((row) => [
        row.kind,
        row.items.map(({ titleId }) => titleId),
      ]),
    );
  return { catalog, clock, list, remote, rows, sync, watch };
}

test('Continue Watching is made here: each title once, latest first, without what is finished or not begun', async () => {
  const { rows, watch } = await world();
  expect(rows()['continue-watching']).toBeUndefined();
  watch('trains-video-1', 20);
  watch('harbor-video', 30);
  watch('trains-video-2', 10);
  expect(rows()['continue-watching']).toEqual(['trains', 'harbor']);
  watch('harbor-video', 95, { completed: true });
  watch('grown-video', 0);
  expect(rows()['continue-watching']).toEqual(['trains']);
});

test('after a finished episode its series goes on with the next one, until there is none', async () => {
  const { rows, watch } = await world();
  watch('trains-video-1', 95, { completed: true });
  expect(rows()['continue-watching']).toEqual(['trains']);
  watch('harbor-video', 30);
  expect(rows()['continue-watching']).toEqual(['harbor', 'trains']);
  watch('trains-video-3', 95, { completed: true });
  expect(rows()['continue-watching']).toEqual(['harbor']);
  // Seen again from the start: what comes next was not watched yet, then it was.
  watch('trains-video-1', 95, { completed: true });
  expect(rows()['continue-watching']).toEqual(['trains', 'harbor']);
  watch('trains-video-2', 95, { completed: true });
  expect(rows()['continue-watching']).toEqual(['harbor']);
});

test('My List is made here, and follows at once', async () => {
  const { list, rows } = await world();
  list('harbor', true);
  list('trains', true);
  expect(rows()['my-list']?.toSorted()).toEqual(['harbor', 'trains']);
  list('harbor', false);
  expect(rows()['my-list']).toEqual(['trains']);
});

test('what the service says of these two rows is passed over, its other rows are shown', async () => {
  const { catalog, remote, rows, watch } = await world();
  remote.rows = [
    { kind: 'continue-watching', items: [itemOf(grown)] },
    { kind: 'my-list', items: [itemOf(grown)] },
    { kind: 'trending', items: [itemOf(film)] },
  ];
  await catalog.refreshHome('ana');
  watch('trains-video-1', 5);
  expect(rows()).toEqual({ 'continue-watching': ['trains'], trending: ['harbor'] });
});

test('nobody sees another profile’s rows, nor what is beyond the own limit', async () => {
  const { rows, watch } = await world();
  watch('grown-video', 20, { profileId: 'kim' });
  watch('harbor-video', 20, { profileId: 'kim' });
  expect(rows()['continue-watching']).toBeUndefined();
  expect(rows(kim)['continue-watching']).toEqual(['harbor']);
});

test('a title that left the catalog leaves the rows, and its positions stay', async () => {
  const { catalog, list, remote, rows, sync, watch } = await world();
  watch('harbor-video', 20);
  list('harbor', true);
  Object.assign(remote, { titles: [], removedTitleIds: ['harbor'], revision: 2 });
  await catalog.refreshTitles();
  expect(rows()['continue-watching']).toBeUndefined();
  expect(rows()['my-list']).toBeUndefined();
  expect(sync.position('ana', 'harbor-video')?.positionSeconds).toBe(20);
});

test('a download keeps its place, and the name that it remembers, when its title left the catalog', async () => {
  const { catalog, remote, sync, watch } = await world();
  const licenses = createFakeLicenses(() => new Uint8Array(16));
  watch('trains-video-2', 20);
  const status: DownloadStatus = {
    downloadId: 'd1',
    videoId: 'trains-video-2',
    titleId: 'trains',
    durationSeconds: 96,
    state: 'completed',
    waitingFor: null,
    waitingUntilMs: null,
    playableSeconds: 96,
    priority: 'normal',
    isPinned: false,
    origin: 'viewer',
    name: null,
    error: null,
    selection: { videoId: 'trains-video-2', renditions: [], size: { bytes: 10, exact: true } },
    storedBytes: 10,
    receivedBytes: 10,
    rateBytesPerSecond: 0,
    secondsLeft: null,
    addedAtMs: 1,
  };
  const view = () => downloadView({ catalog, licenses, sync, nextRevision: () => 1 }, status, 'ana');
  const { name: _name, ...rest } = status;
  expect(view()).toMatchObject({
    ...rest,
    titleName: 'Night Trains',
    artworkVersion: '1',
    episode: { seasonNumber: 1, episodeNumber: 2, name: 'Stop 2' },
    verdict: { allowed: false, reason: 'no-license' },
    position: { positionSeconds: 20 },
  });
  await licenses.acquire('trains-video-2', 'offline');
  Object.assign(remote, { titles: [], removedTitleIds: ['trains'], revision: 2 });
  await catalog.refreshTitles();
  expect(view()).toMatchObject({
    ...rest,
    titleName: 'trains',
    artworkVersion: '',
    episode: null,
    verdict: { allowed: true },
    position: { positionSeconds: 20 },
  });
  const name = {
    titleName: 'Night Trains',
    artworkVersion: '1',
    episode: null,
    maturityRating: '7' as const,
  };
  expect(
    downloadView({ catalog, licenses, sync, nextRevision: () => 1 }, { ...status, name }, null),
  ).toMatchObject({
    titleName: 'Night Trains',
    position: null,
  });
});
