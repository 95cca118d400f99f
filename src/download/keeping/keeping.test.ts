import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missingFor } from '../../selection/index.ts';
import { HOUR_MS } from '../../shared/units.ts';
import { keeping, nextLookAtMs } from './keeping.ts';
import { GRACE_MS, isWatched, nextEpisodes, whyRemovable } from './standing.ts';
import type { FollowedSeries, KeepingWorld, KeptDownload, Viewing } from './types.ts';

const NOW = 100 * GRACE_MS;
const seen = (more: Partial<Viewing> = {}): Viewing => ({
  profileId: 'ana', positionSeconds: 95, completed: true, watchedAtMs: NOW - 2 * GRACE_MS, nextBegunAtMs: null, ...more,
}); // prettier-ignore
const begun = seen({ completed: false, positionSeconds: 30 });
const download = (downloadId: string, more: Partial<KeptDownload> = {}): KeptDownload => ({
  downloadId, videoId: `${downloadId}-video`, titleId: `${downloadId}-title`, state: 'completed', waitingFor: null,
  isPinned: false, origin: 'viewer', storedBytes: 100, sizeBytes: 100, neededBytes: 0, isExpired: false, isPlaying: false,
  viewings: [], addedAtMs: NOW - 10 * GRACE_MS, ...more,
}); // prettier-ignore
const waiting = (downloadId: string, neededBytes: number, more: Partial<KeptDownload> = {}) =>
  download(downloadId, {
    state: 'waiting', waitingFor: 'space', storedBytes: 0, sizeBytes: 0, neededBytes, addedAtMs: NOW, ...more,
  }); // prettier-ignore
const world = (more: Partial<KeepingWorld> = {}): KeepingWorld => ({
  nowMs: NOW,
  rules: { removeWatched: false, mayRemoveUnwatched: false },
  space: { freeBytes: 10_000, floorBytes: 0, promisedBytes: 0, takenBytes: 0, budgetBytes: null },
  downloads: [],
  series: [],
  declined: new Set(),
  ...more,
});
const removed = (w: KeepingWorld) =>
  keeping(w).flatMap((one) => (one.type === 'remove' ? one.downloadId : []));
const added = (w: KeepingWorld) => keeping(w).flatMap((one) => (one.type === 'add' ? one.videoId : []));
const series = (titleId: string, keepNext: number, watched: number, of = 6): FollowedSeries => ({
  titleId,
  keepNext,
  episodes: Array.from({ length: of }, (_, at) => ({
    videoId: `${titleId}-${at + 1}`,
    position: at < watched ? { completed: true, watchedAtMs: at + 1 } : null,
  })),
  estimateBytes: () => 100,
});

describe('what was watched', () => {
  const rules = { removeWatched: true, mayRemoveUnwatched: false };

  it('goes a day later, or with the start of the next episode', () => {
    const fresh = download('fresh', { viewings: [seen({ watchedAtMs: NOW - HOUR_MS })] });
    const wentOn = download('went-on', {
      viewings: [seen({ watchedAtMs: NOW - HOUR_MS, nextBegunAtMs: NOW })],
    });
    const old = download('old', { viewings: [seen()] });
    const w = world({ rules, downloads: [fresh, wentOn, old] });
    expect(removed(w)).toEqual(['old', 'went-on']);
    expect(nextLookAtMs(w)).toBe(NOW - HOUR_MS + GRACE_MS);
    expect(removed({ ...w, nowMs: NOW - HOUR_MS + GRACE_MS })).toHaveLength(3);
  });

  it('stays while somebody is at its middle, plays it or has pinned it, and where the viewer did not ask', () => {
    const downloads = [
      download('half', { viewings: [seen(), { ...begun, profileId: 'kim' }] }),
      download('playing', { viewings: [seen()], isPlaying: true }),
      download('pinned', { viewings: [seen()], isPinned: true }),
      download('on-its-way', { viewings: [seen()], state: 'downloading' }),
    ];
    expect(removed(world({ rules, downloads }))).toEqual([]);
    const plain = [download('watched', { viewings: [seen()] })];
    expect(removed(world({ downloads: plain }))).toEqual([]);
    expect(nextLookAtMs(world({ downloads: plain }))).toBeNull();
  });
});

describe('the budget', () => {
  const over = (bytes: number) => ({ ...world().space, takenBytes: 500, budgetBytes: 500 - bytes });
  const downloads = [
    download('new'),
    download('half', { viewings: [begun] }),
    download('expired', { isExpired: true }),
    download('late', { viewings: [seen({ watchedAtMs: NOW - 1 })] }),
    download('early', { viewings: [seen()] }),
  ];

  it('takes watched ones only, first the one watched longest ago, and no more than needed', () => {
    expect(removed(world({ space: over(0), downloads }))).toEqual([]);
    expect(removed(world({ space: over(1), downloads }))).toEqual(['early']);
    expect(removed(world({ space: over(101), downloads }))).toEqual(['early', 'late']);
    expect(removed(world({ space: over(400), downloads }))).toEqual(['early', 'late']);
  });

  it('takes others, most dispensable first, when told to', () => {
    const rules = { removeWatched: false, mayRemoveUnwatched: true };
    expect(removed(world({ rules, space: over(201), downloads }))).toEqual(['early', 'late', 'expired']);
    expect(removed(world({ rules, space: over(301), downloads }))).toEqual([
      'early',
      'late',
      'expired',
      'half',
    ]);
  });

  it('makes room for what waits, if that is enough', () => {
    const space = { ...world().space, takenBytes: 500, budgetBytes: 500, promisedBytes: 150 };
    const small = [...downloads, waiting('wanted', 150)];
    expect(removed(world({ space, downloads: small }))).toEqual(['early', 'late']);
    expect(removed(world({ space, downloads: [...downloads, waiting('too-large', 300)] }))).toEqual([]);
    // Nobody waits for space: nothing goes ahead of time.
    const asleep = waiting('asleep', 150, { waitingFor: 'network' });
    expect(removed(world({ space, downloads: [...downloads, asleep] }))).toEqual([]);
  });

  it('lets new ones push out unwatched ones only when told to, and neither fresh ones nor of their own title', () => {
    const rules = { removeWatched: false, mayRemoveUnwatched: true };
    const space = { ...world().space, takenBytes: 500, budgetBytes: 500, promisedBytes: 90 };
    const wanted = waiting('wanted', 90, { titleId: 'tale' });
    const make = (one: KeptDownload, more: Partial<KeptDownload> = {}) =>
      removed(world({ rules, space, downloads: [one, { ...wanted, ...more }] }));
    expect(make(download('old'))).toEqual(['old']);
    expect(make(download('fresh', { addedAtMs: NOW - HOUR_MS }))).toEqual([]);
    expect(make(download('sibling', { titleId: 'tale' }))).toEqual([]);
    expect(make(download('old'), { origin: 'auto-next' })).toEqual([]);
    expect(make(download('old', { viewings: [seen()] }), { origin: 'auto-next' })).toEqual(['old']);
  });

  it('is the only reason but removeWatched: a full disk alone takes nothing', () => {
    const space = { ...world().space, freeBytes: 0, promisedBytes: 90 };
    const both = [download('old', { viewings: [seen({ watchedAtMs: NOW })] }), waiting('wanted', 90)];
    expect(removed(world({ space, downloads: both }))).toEqual([]);
    const rules = { removeWatched: true, mayRemoveUnwatched: false };
    expect(keeping(world({ rules, space, downloads: both }))).toEqual([
      { type: 'remove', downloadId: 'old', why: 'watched' },
    ]);
  });
});

describe('followed series', () => {
  it('come from where the viewer is, the next one of each first', () => {
    expect(added(world({ series: [series('a', 2, 3), series('b', 2, 0)] }))).toEqual([
      'a-4',
      'b-1',
      'a-5',
      'b-2',
    ]);
    expect(added(world({ series: [series('a', 3, 5)] }))).toEqual(['a-6']);
    expect(added(world({ series: [series('a', 3, 6)] }))).toEqual([]);
  });

  it('count what is there already, and leave what was declined', () => {
    const there = download('x', { videoId: 'a-4', titleId: 'a' });
    expect(added(world({ series: [series('a', 2, 3)], downloads: [there] }))).toEqual(['a-5']);
    expect(added(world({ series: [series('a', 2, 3)], declined: new Set(['a-4']) }))).toEqual(['a-5']);
  });

  it('come while they fit, and watched ones make room for them only by the viewer’s rules', () => {
    const space = { ...world().space, freeBytes: 250 };
    expect(added(world({ space, series: [series('a', 3, 0)] }))).toEqual(['a-1', 'a-2']);
    const full = { ...world().space, takenBytes: 200, budgetBytes: 200 };
    const downloads = [download('unwatched'), download('watched', { viewings: [seen()] })];
    const tight = world({
      space: full,
      downloads,
      series: [{ ...series('a', 2, 0), estimateBytes: () => 90 }],
    });
    expect(keeping(tight)).toEqual([
      { type: 'remove', downloadId: 'watched', why: 'budget' },
      { type: 'add', titleId: 'a', videoId: 'a-1' },
    ]);
    const floor = { ...world().space, freeBytes: 50 };
    expect(keeping(world({ space: floor, downloads, series: [series('a', 2, 0)] }))).toEqual([]);
  });

  it('stay for who follows, whoever else has watched them', () => {
    const rules = { removeWatched: true, mayRemoveUnwatched: true };
    const downloads = [download('a', { videoId: 'a-1', titleId: 'a', viewings: [seen()] })];
    expect(removed(world({ rules, downloads }))).toEqual(['a']);
    expect(removed(world({ rules, downloads, series: [series('a', 1, 0)] }))).toEqual([]);
  });

  it('are withdrawn when nobody follows any more, unless something is stored', () => {
    const auto = { origin: 'auto-next', state: 'queued', storedBytes: 0 } as const;
    const downloads = [
      download('untouched', auto),
      download('begun', { ...auto, storedBytes: 1 }),
      download('paused', { ...auto, state: 'paused' }),
      download('own', { ...auto, origin: 'viewer' }),
      download('still', { ...auto, videoId: 'a-1' }),
    ];
    expect(keeping(world({ downloads, series: [series('a', 1, 0)] }))).toEqual([
      { type: 'withdraw', downloadId: 'untouched' },
    ]);
  });
});

it('finds the place: the episode last watched, or the one after it', () => {
  const [first, second, third] = [
    { videoId: '1', position: { completed: true, watchedAtMs: 5 } },
    { videoId: '2', position: { completed: false, watchedAtMs: 9 } },
    { videoId: '3', position: null },
  ];
  const ids = (some: { videoId: string }[]) => some.map(({ videoId }) => videoId);
  expect(ids(nextEpisodes([first, second, third], 9))).toEqual(['2', '3']);
  // Watched again from the start: that is where the viewer is.
  const again = { videoId: '1', position: { completed: false, watchedAtMs: 11 } };
  expect(ids(nextEpisodes([again, second, third], 2))).toEqual(['1', '2']);
  expect(ids(nextEpisodes([third], 2))).toEqual(['3']);
});

const anyViewing = fc.record({
  profileId: fc.constantFrom('ana', 'kim'),
  positionSeconds: fc.nat(95),
  completed: fc.boolean(),
  watchedAtMs: fc.integer({ min: NOW - 3 * GRACE_MS, max: NOW }),
  nextBegunAtMs: fc.option(fc.integer({ min: NOW - 3 * GRACE_MS, max: NOW })),
});
const anyDownload = fc.record({
  titleId: fc.constantFrom('a', 'b', 'film'),
  episode: fc.nat(5),
  state: fc.constantFrom('queued', 'waiting', 'downloading', 'paused', 'completed', 'failed'),
  waitingFor: fc.constantFrom('space', 'network'),
  isPinned: fc.boolean(),
  isPlaying: fc.boolean(),
  isExpired: fc.boolean(),
  origin: fc.constantFrom('viewer', 'auto-next'),
  storedBytes: fc.constantFrom(0, 50),
  sizeBytes: fc.nat(300),
  neededBytes: fc.nat(300),
  addedAtMs: fc.integer({ min: NOW - 3 * GRACE_MS, max: NOW }),
  viewings: fc.uniqueArray(anyViewing, { maxLength: 2, selector: ({ profileId }) => profileId }),
});
const anyWorld: fc.Arbitrary<KeepingWorld> = fc
  .record({
    rules: fc.record({ removeWatched: fc.boolean(), mayRemoveUnwatched: fc.boolean() }),
    budgetBytes: fc.option(fc.integer({ min: 1, max: 1500 })),
    freeBytes: fc.nat(1500),
    floorBytes: fc.nat(300),
    downloads: fc.array(anyDownload, { maxLength: 8 }),
    follows: fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 4 }), fc.nat(6)), {
      selector: ([titleId]) => titleId,
    }),
    declined: fc.uniqueArray(fc.constantFrom('a-1', 'a-2', 'b-1', 'b-3')),
  })
  .map(({ rules, budgetBytes, freeBytes, floorBytes, downloads, follows, declined }) => {
    const unique = new Map(
      downloads.map(({ episode, ...one }, at) => {
        const videoId = `${one.titleId}-${episode + 1}`;
        const waitingFor = one.state === 'waiting' ? (one.waitingFor as 'space') : null;
        return [
          videoId,
          download(`d${at}`, {
            ...one,
            state: one.state as 'queued',
            origin: one.origin as 'viewer',
            waitingFor,
            videoId,
          }),
        ];
      }),
    );
    const all = [...unique.values()];
    const sum = (of: (one: KeptDownload) => number) => all.reduce((bytes, one) => bytes + of(one), 0);
    return world({
      rules,
      space: {
        freeBytes,
        floorBytes,
        promisedBytes: sum(({ state, neededBytes }) =>
          state === 'queued' || state === 'waiting' ? neededBytes : 0,
        ),
        takenBytes: sum(({ sizeBytes }) => sizeBytes),
        budgetBytes,
      },
      downloads: all,
      series: follows.map(([titleId, keepNext, watched]) => series(titleId, keepNext, watched)),
      declined: new Set(declined),
    });
  });

it('whatever there is, nothing goes that may not, nothing comes that does not fit, and twice is once', () => {
  fc.assert(
    fc.property(anyWorld, (w) => {
      const actions = keeping(w);
      const byId = new Map(w.downloads.map((one) => [one.downloadId, one]));
      const gone = actions.flatMap((one) => (one.type === 'add' ? [] : byId.get(one.downloadId)!));
      expect(new Set(gone).size).toBe(gone.length);
      let space = w.space;
      for (const action of actions) {
        if (action.type === 'add') continue;
        const one = byId.get(action.downloadId)!;
        expect(one.isPinned).toBe(false);
        if (action.type === 'withdraw') {
          expect(one).toMatchObject({ origin: 'auto-next', storedBytes: 0 });
          space = { ...space, promisedBytes: space.promisedBytes - one.neededBytes };
          continue;
        }
        expect(one.isPlaying).toBe(false);
        expect(['completed', 'failed']).toContain(one.state);
        if (!isWatched(one.viewings)) {
          expect(action.why).toBe('budget');
          expect(w.rules.mayRemoveUnwatched && w.space.budgetBytes !== null).toBe(true);
        }
        if (action.why === 'watched')
          expect(w.rules.removeWatched && whyRemovable(one) === 'watched').toBe(true);
        space = {
          ...space,
          freeBytes: space.freeBytes + one.sizeBytes,
          takenBytes: space.takenBytes - one.sizeBytes,
        };
      }
      const come = actions.flatMap((one) => (one.type === 'add' ? one.videoId : []));
      if (come.length > 0) expect(missingFor(100 * come.length, space)).toBe(0);
      for (const videoId of come) {
        expect(w.declined.has(videoId)).toBe(false);
        expect(w.downloads.some((one) => one.videoId === videoId)).toBe(false);
        expect(w.series.some((one) => one.episodes.some((e) => e.videoId === videoId && !e.position))).toBe(
          true,
        );
      }
      for (const one of w.series)
        expect(come.filter((videoId) => videoId.startsWith(`${one.titleId}-`)).length).toBeLessThanOrEqual(
          one.keepNext,
        );

      // What was decided is done: the same question has no answer any more, but for what waits behind the first.
      const after: KeepingWorld = {
        ...w,
        space: { ...space, promisedBytes: space.promisedBytes + 102 * come.length },
        downloads: [
          ...w.downloads.filter((one) => !gone.includes(one)),
          ...come.map((videoId) =>
            waiting(videoId, 102, { videoId, waitingFor: 'network', origin: 'auto-next' }),
          ),
        ],
      };
      const again = keeping(after);
      if (!w.downloads.some(({ waitingFor }) => waitingFor === 'space')) expect(again).toEqual([]);
      else expect(again.filter(({ type }) => type === 'withdraw')).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
