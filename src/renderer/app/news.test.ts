import { expect, test } from 'vitest';
import { seededDownloads } from '../../../testing/fake-client/seeds.ts';
import { smallStatus } from '../../../testing/small-engine.ts';
import type { DownloadView } from '../../shared/downloads.ts';
import { condensed, newsOf } from './news.ts';

const downloads = seededDownloads(1_000);
const standing = { status: smallStatus, downloads, storage: undefined };
const changed = (change: (download: DownloadView) => Partial<DownloadView>) => ({
  ...standing,
  downloads: downloads.map((each) => ({ ...each, ...change(each) })),
});

test('progress is no news', () => {
  expect(
    newsOf(
      standing,
      changed(({ storedBytes }) => ({ storedBytes: storedBytes + 1 })),
    ),
  ).toEqual([]);
});

test('a reason that holds everything back is said once', () => {
  const held = changed(() => ({ state: 'waiting', waitingFor: 'charger' }));
  const news = newsOf(standing, held);
  expect(news).toHaveLength(downloads.length);
  expect(condensed(news)).toHaveLength(1);
});

test('what waits because there is no connection is not said beside the connection', () => {
  const cut = {
    ...changed(() => ({ state: 'waiting', waitingFor: 'network' })),
    status: { ...smallStatus, connection: 'offline' as const },
  };
  expect(condensed(newsOf(standing, cut))).toEqual([{ kind: 'connection', isOnline: false }]);
});
