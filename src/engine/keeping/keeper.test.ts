import { expect, onTestFinished, test } from 'vitest';
import { createFakeClock } from '../../../testing/fake-clock.ts';
import { openPlainDatabase } from '../../../testing/plain-database.ts';
import { createRecordingLog } from '../../../testing/recording-log.ts';
import { sampleProfile, sampleSeries } from '../../../testing/sample-titles.ts';
import { createSampleVideo } from '../../../testing/sample-video.ts';
import { turns } from '../../../testing/until.ts';
import { createKeepingRows, keepingMigrations } from '../../download/keeping/rows.ts';
import type { DownloadStatus, NewDownload } from '../../download/types.ts';
import { playablesOf } from '../../shared/catalog.ts';
import type { EngineEvent } from '../../shared/contract.ts';
import { LayoverError } from '../../shared/errors.ts';
import type { WatchPosition } from '../../shared/progress.ts';
import { Settings } from '../../shared/settings.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../shared/units.ts';
import { createBackground } from '../background.ts';
import type { Parts } from '../parts.ts';
import { createKeeper } from './keeper.ts';

const series = sampleSeries('trains', 4);
const [one, two, three] = playablesOf(series).map(({ videoId }) => videoId) as [string, string, string];

/** The keeper on real rows and rules; downloads are a list, and complete as soon as they are added. */
function world() {
  const clock = createFakeClock(Date.UTC(2026, 10, 1));
  const log = createRecordingLog();
  const background = createBackground(log);
  onTestFinished(() => background.end());
  const database = openPlainDatabase(keepingMigrations);
  const events: EngineEvent[] = [];
  const w = {
    accountId: 'account' as string | null,
    rules: { ...Settings.parse({}).downloads, removeWatched: true },
    downloads: new Map<string, DownloadStatus>(),
    positions: new Map<string, WatchPosition>(),
    open: new Set<string>(),
    error: null as LayoverError | null,
    asked: [] as string[],
  };
  const position = (profileId: string, videoId: string) =>
    profileId === sampleProfile.profileId ? w.positions.get(videoId) : undefined;
  const catalog = {
    title: () => series,
    video: (videoId: string) => {
      const all = playablesOf(series);
      const at = all.findIndex((playable) => playable.videoId === videoId);
      const { episode = null, durationSeconds } = all[at] ?? {};
      return { title: series, episode, durationSeconds, nextVideoId: all[at + 1]?.videoId ?? null };
    },
    profile: () => sampleProfile,
    profiles: () => [sampleProfile],
  };
  const parts = {
    nextRevision: () => 1,
    account: { current: () => w.accountId && { accountId: w.accountId } },
    catalog,
    downloads: {
      list: () => [...w.downloads.values()],
      get: (downloadId: string) => w.downloads.get(downloadId),
      forVideo: (videoId: string) => w.downloads.get(`d-${videoId}`) ?? null,
      add(selection: DownloadStatus['selection'], _: unknown, about: NewDownload) {
        const { videoId } = selection;
        const added = { ...about, downloadId: `d-${videoId}`, videoId, selection, durationSeconds: 96, isPinned: false, state: 'completed', storedBytes: selection.size.bytes, addedAtMs: clock.now() } as unknown as DownloadStatus; // prettier-ignore
        w.downloads.set(added.downloadId, added);
        return added;
      },
      remove: async (downloadId: string) => void w.downloads.delete(downloadId),
    },
    events: { emit: (event: EngineEvent) => events.push(event) },
    licenses: { verdict: () => ({ allowed: true }) },
    settings: {
      read: () => ({ downloads: w.rules, downloadPreferences: Settings.parse({}).downloadPreferences }),
    },
    sources: {
      async presentation(videoId: string) {
        w.asked.push(videoId);
        if (w.error) throw w.error;
        return { presentation: createSampleVideo(videoId, { segments: 2 }).presentation };
      },
    },
    store: { usedBytes: () => 1_000, reservedBytes: () => 0, freeBytes: async () => 1e12 },
    sync: { position },
    trustedTime: { now: clock.now },
    watching: { isOpen: (videoId: string) => w.open.has(videoId) },
    who: { current: () => sampleProfile, required: () => sampleProfile },
  } as unknown as Parts;
  const keeper = createKeeper(parts, createKeepingRows(database), { clock, log, background });
  return {
    w,
    events,
    keeper,
    /** It looks once, and time goes on by so much. */
    async pass(ms = SECOND_MS) {
      await turns(5);
      clock.advance(ms);
      await turns(10);
    },
    watch(videoId: string) {
      const watched = {
        profileId: 'ana',
        videoId,
        positionSeconds: 96,
        durationSeconds: 96,
        completed: true,
      };
      w.positions.set(videoId, { ...watched, watchedAtMs: clock.now() });
      keeper.soon();
    },
    held: () => [...w.downloads.values()].map(({ videoId }) => videoId),
  };
}

test('whoever waits for the rules hears when they were carried out', async () => {
  const { keeper, pass, held } = world();
  keeper.follow('trains', 2);
  let isDone = false;
  void keeper.now().then(() => (isDone = true));
  await turns(10);
  expect(isDone).toBe(false);
  await pass();
  expect(isDone).toBe(true);
  expect(held()).toEqual([one, two]);
});

test('the next episodes of a followed series come, as the rule’s and behind all else, once', async () => {
  const { w, keeper, pass, held } = world();
  keeper.follow('trains', 2);
  keeper.soon();
  await pass();
  expect(held()).toEqual([one, two]);
  expect(w.downloads.get(`d-${one}`)).toMatchObject({ origin: 'auto-next', priority: 'low' });
  expect(keeper.followed()).toEqual([{ titleId: 'trains', titleName: 'Night Trains', keepNext: 2 }]);
  keeper.soon();
  await pass();
  expect(w.asked).toEqual([one, two]);
});

test('what was watched goes a day later, is told until it was seen, and the next one comes at once', async () => {
  const { keeper, events, pass, watch, held } = world();
  keeper.follow('trains', 2);
  await pass();
  watch(one);
  await pass();
  expect(held()).toEqual([one, two, three]);
  for (let hours = 0; hours < 24; hours += 1) await pass(HOUR_MS);
  await pass();
  expect(held()).toEqual([two, three]);
  const removed = { videoId: one, titleName: 'Night Trains', sizeBytes: 1_000, why: 'watched' };
  expect(events).toMatchObject([{ type: 'removed-by-rule', removed }]);
  expect(keeper.removed()).toMatchObject([removed]);
  keeper.seen();
  expect(keeper.removed()).toEqual([]);
});

test('nothing that is open goes, nor what somebody pinned; nothing at all without the viewer’s rule', async () => {
  const { w, keeper, pass, watch, held } = world();
  keeper.follow('trains', 1);
  await pass();
  watch(one);
  w.open.add(one);
  await pass();
  for (let hours = 0; hours < 30; hours += 1) await pass(HOUR_MS);
  expect(held()).toContain(one);
  w.open.clear();
  const status = w.downloads.get(`d-${one}`);
  if (status) w.downloads.set(status.downloadId, { ...status, isPinned: true });
  keeper.soon();
  await pass();
  expect(held()).toContain(one);
  if (status) w.downloads.set(status.downloadId, status);
  w.rules = { ...w.rules, removeWatched: false };
  keeper.soon();
  await pass(DAY_MS);
  expect(held()).toContain(one);
  w.rules = { ...w.rules, removeWatched: true };
  keeper.soon();
  await pass();
  expect(held()).not.toContain(one);
});

test('what the viewer removed by hand does not come back, until the series is followed anew', async () => {
  const { w, keeper, pass, held } = world();
  keeper.follow('trains', 2);
  await pass();
  w.downloads.delete(`d-${one}`);
  keeper.declined(one, 'trains');
  keeper.soon();
  await pass();
  expect(held()).not.toContain(one);
  keeper.follow('trains', 2);
  await pass();
  expect(held()).toContain(one);
});

test('what cannot be had is asked for again when the service is back; what may come later, at the next look', async () => {
  const { w, keeper, pass, held } = world();
  w.error = new LayoverError('manifest/unsupported', { reason: 'a test' });
  keeper.follow('trains', 1);
  await pass();
  expect(w.asked).toContain(one);
  w.asked = [];
  keeper.soon();
  await pass();
  expect(w.asked).not.toContain(one);
  w.error = new LayoverError('network/unreachable');
  keeper.connected();
  await pass();
  w.error = null;
  keeper.soon();
  await pass();
  expect(held()).toContain(one);
});

test('signed out it does nothing; another account follows nothing of it', async () => {
  const { w, keeper, pass, held } = world();
  keeper.follow('trains', 1);
  w.accountId = null;
  await pass();
  expect(held()).toEqual([]);
  w.accountId = 'another';
  keeper.soon();
  await pass();
  expect(held()).toEqual([]);
  expect(keeper.followed()).toEqual([]);
});
