import { expect, test } from 'vitest';
import { createFakeClock } from '../../../testing/fake-clock.ts';
import { offlinePolicy } from '../../../testing/license-issuer.ts';
import { openPlainDatabase } from '../../../testing/plain-database.ts';
import { createRecordingLog } from '../../../testing/recording-log.ts';
import { until } from '../../../testing/until.ts';
import { outlookOf } from '../../license/outlook.ts';
import { untouched } from '../../license/verdict.ts';
import type { EngineEvent } from '../../shared/contract.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../shared/units.ts';
import { createBackground } from '../background.ts';
import type { Parts } from '../parts.ts';
import { createWarningRows, warningMigrations } from './rows.ts';
import { createWarnings } from './warnings.ts';

/** Downloads under real verdicts and a fake clock; `again` is the same after a restart. */
function world(database = openPlainDatabase(warningMigrations), startMs = Date.UTC(2026, 10, 1)) {
  const clock = createFakeClock(startMs);
  const log = createRecordingLog();
  const background = createBackground(log);
  const events: EngineEvent[] = [];
  const w = {
    isOn: true,
    profile: { profileId: 'ana', maturityLimit: '18' } as object | null,
    watched: new Set<string>(),
    videos: new Map<string, { issuedAtMs: number; firstPlayAtMs: number | null }>(),
  };
  const outlook = (videoId: string) => {
    const video = w.videos.get(videoId);
    const grant = video && { issuedAtMs: video.issuedAtMs, policy: offlinePolicy };
    return grant ? outlookOf(grant, { ...untouched, firstPlayAtMs: video.firstPlayAtMs }) : null;
  };
  const parts = {
    nextRevision: () => 1,
    account: { current: () => ({ accountId: 'account' }) },
    catalog: { title: () => ({}), video: () => { throw new Error('none'); } },
    downloads: {
      list: () => [...w.videos.keys()].map((id) => ({
        downloadId: `d-${id}`, videoId: id, titleId: id, state: 'completed', name: { titleName: id, artworkVersion: '', episode: null },
      })),
    },
    events: { emit: (event: EngineEvent) => events.push(event) },
    licenses: { outlook, verdict: (videoId: string) => outlook(videoId)?.at(clock.now()) },
    settings: { read: () => ({ notifications: { licenseEnds: w.isOn } }) },
    sync: { position: (_: string, videoId: string) => ({ completed: w.watched.has(videoId) }) },
    trustedTime: { now: clock.now },
    who: { current: () => w.profile, viewer: () => w.profile },
  } as unknown as Parts; // prettier-ignore
  const warnings = createWarnings(parts, createWarningRows(database), { clock, background });
  /** What was told since the last question, "video threshold-in-hours". */
  const told = () =>
    events
      .splice(0)
      .flatMap((event) => (event.type === 'license-warnings' ? event.warnings : []))
      .map(({ videoId, thresholdMs }) => `${videoId} ${thresholdMs / HOUR_MS}`);
  const settle = async () => {
    await until(() => clock.sleepers > 0);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const pass = async (ms: number) => {
    await settle();
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const look = async () => {
    warnings.soon();
    await pass(1_000);
  };
  return { ...w, w, clock, events, warnings, told, pass, look, database };
}

test('each threshold is told once, by the clock alone, and an end tells screens to ask again', async () => {
  const { w, clock, events, told, pass, look } = world();
  w.videos.set('a', { issuedAtMs: clock.now(), firstPlayAtMs: null });
  await look();
  expect(told()).toEqual([]);
  const all: string[] = [];
  for (let hours = 0; hours < 30 * 24; hours += 1) {
    for (let at = 0; at < 6; at += 1) await pass(10 * MINUTE_MS);
    if (hours < 719) all.push(...told());
  }
  expect(all).toEqual(['a 168', 'a 48', 'a 2']);
  expect(events).toContainEqual({ type: 'changed', what: 'downloads' });
}, 60_000);

test('what is due together is told in one event; over a restart never again', async () => {
  const first = world();
  for (const id of ['a', 'b', 'c']) first.w.videos.set(id, { issuedAtMs: first.clock.now(), firstPlayAtMs: null });
  first.w.watched.add('c');
  await first.look();
  first.clock.advance(29 * DAY_MS);
  await first.look();
  const news = first.events.filter(({ type }) => type === 'license-warnings');
  expect(news).toHaveLength(1);
  expect(first.told()).toEqual(['a 48', 'b 48']);
  await first.look();
  expect(first.told()).toEqual([]);

  const again = world(first.database, first.clock.now());
  for (const [id, video] of first.w.videos) again.w.videos.set(id, video);
  again.w.watched.add('c');
  await again.look();
  expect(again.told()).toEqual([]);
  expect(again.warnings.open().map(({ videoId }) => videoId)).toEqual(['a', 'b']);
  again.warnings.seen();
  expect(again.warnings.open()).toEqual([]);
  again.clock.advance(23 * HOUR_MS);
  await again.look();
  expect(again.told()).toEqual(['a 2', 'b 2']);
  expect(again.warnings.open()).toHaveLength(2);
}); // prettier-ignore

test('a renewal begins anew; the first play has its own end', async () => {
  const { w, clock, warnings, told, look } = world();
  const issuedAtMs = clock.now();
  w.videos.set('a', { issuedAtMs, firstPlayAtMs: null });
  clock.advance(29 * DAY_MS);
  await look();
  expect(told()).toEqual(['a 48']);
  w.videos.set('a', { issuedAtMs: clock.now(), firstPlayAtMs: null });
  expect(warnings.open()).toEqual([]);
  clock.advance(23 * DAY_MS);
  await look();
  expect(told()).toEqual(['a 168']);
  w.videos.set('a', { issuedAtMs, firstPlayAtMs: clock.now() });
  await look();
  expect(told()).toEqual([]);
  clock.advance(46 * HOUR_MS);
  await look();
  expect(told()).toEqual(['a 2']);
});

test('turned off, nothing is told; turned on, the nearest; and only to somebody who watches', async () => {
  const { w, clock, warnings, told, look } = world();
  w.videos.set('a', { issuedAtMs: clock.now(), firstPlayAtMs: null });
  clock.advance(29.95 * DAY_MS);
  w.isOn = false;
  await look();
  expect([told(), warnings.open()]).toEqual([[], []]);
  w.isOn = true;
  w.profile = null;
  await look();
  expect(told()).toEqual([]);
  w.profile = { profileId: 'ana', maturityLimit: '18' };
  await look();
  expect(told()).toEqual(['a 2']);
});
