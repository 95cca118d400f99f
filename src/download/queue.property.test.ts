import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDownloadWorld, expectAllStored, first, second, third } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import type { Fault } from '../../testing/fault-server.ts';
import { turn, turns } from '../../testing/until.ts';
import { DownloadView } from '../shared/downloads.ts';
import { LayoverError } from '../shared/errors.ts';
import { HOUR_MS } from '../shared/units.ts';
import type { Store } from '../store/types.ts';
import type { DownloadStatus } from './types.ts';

const videos = [first, second, third];
const AT_ONCE = 2;

const which = fc.nat(2);
const actions = [
  'pause-all', 'resume-all', 'kill', 'stop', 'offline', 'online', 'metered', 'unmetered', 'pull-charger',
  'plug-charger', 'suspend', 'wake', 'expire', 'fill-disk', 'free-disk', 'no-room', 'room', 'pull-drive',
  'plug-drive', 'sign-out', 'sign-in', 'service-away', 'service-signs-out', 'service-back', 'play', 'stop-playing',
] as const; // prettier-ignore
type Step =
  | { do: (typeof actions)[number] }
  | { do: 'add' | 'pause' | 'resume' | 'remove' | 'start-anyway'; which: number }
  | { do: 'reorder'; which: number; before: number | null }
  | { do: 'priority'; which: number; priority: 'high' | 'normal' | 'low' }
  | { do: 'turns'; count: number }
  | { do: 'time'; ms: number }
  | { do: 'set-clock'; hours: number }
  | { do: 'fault'; fault: Fault; requests: number };

const fault = fc.oneof(
  fc.constant<Fault>({ kind: 'hang' }),
  fc.constant<Fault>({ kind: 'html' }),
  fc.constantFrom(404, 429, 503).map((status): Fault => ({ kind: 'status', status, retryAfter: '2' })),
  fc.nat(3000).map((afterBytes): Fault => ({ kind: 'reset', afterBytes })),
  fc.nat(600).map((atByte): Fault => ({ kind: 'corrupt', atByte })),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 50 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.integer({ min: 100, max: 70_000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('set-clock' as const), hours: fc.integer({ min: -30, max: 30 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fault' as const), fault, requests: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('add' as const, 'pause' as const, 'resume' as const, 'remove' as const, 'start-anyway' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reorder' as const), which, before: fc.option(which) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('priority' as const), which, priority: fc.constantFrom('high' as const, 'normal' as const, 'low' as const) }) },
  { weight: 10, arbitrary: fc.constantFrom(...actions).map((what): Step => ({ do: what })) },
); // prettier-ignore

/** Whatever writes to a track holds it open: two at a time are two jobs on one download. */
function watched(store: Store, onTwice: (trackId: string) => void): Store {
  const open = new Set<string>();
  const { unlock } = store;
  store.unlock = (trackId, key) => {
    const track = unlock(trackId, key);
    if (open.has(trackId)) onTwice(trackId);
    open.add(trackId);
    const { close } = track;
    return {
      ...track,
      close() {
        open.delete(trackId);
        close();
      },
    };
  };
  return store;
}

const service = (world: DownloadWorld, error: LayoverError | null) => {
  world.serviceError = error;
  world.licenses.serviceError = error;
};

async function take(world: DownloadWorld, one: Step): Promise<void> {
  const { downloads, rules } = world;
  const target = 'which' in one ? downloads.forVideo(videos[one.which]!.selection.videoId) : null;
  const id = target?.downloadId;
  switch (one.do) {
    case 'add':
      if (!target && world.accountId !== null) world.add(videos[one.which]!);
      return;
    case 'pause':
      if (id) expect(['paused', 'completed', 'failed']).toContain((await downloads.pause(id)).state);
      return;
    case 'resume':
      return void (id && downloads.resume(id));
    case 'start-anyway':
      return void (id && downloads.startAnyway(id));
    case 'remove':
      if (!id) return;
      await downloads.remove(id).catch(() => undefined);
      return expect(downloads.forVideo(target.videoId)).toBeNull();
    case 'reorder': {
      const before =
        one.before === null ? null : downloads.forVideo(videos[one.before]!.selection.videoId)?.downloadId;
      return void (id && before !== undefined && downloads.reorder(id, before));
    }
    case 'priority':
      return void (id && downloads.setPriority(id, one.priority));
    case 'pause-all':
      return void (await downloads.pauseAll());
    case 'resume-all':
      return void downloads.resumeAll();
    case 'turns':
      return turns(one.count);
    case 'time':
      return world.clock.advance(one.ms);
    case 'set-clock':
      return world.clock.setWall(world.clock.now() + one.hours * HOUR_MS);
    case 'fault': {
      let left = one.requests;
      world.server.misbehave = () => (left-- > 0 ? one.fault : undefined);
      return;
    }
    case 'kill':
      world.start();
      world.stopping.push(downloads.stop());
      return;
    case 'stop':
      await downloads.stop();
      return world.start();
    case 'offline':
    case 'online':
      return world.network.set(one.do === 'online');
    case 'metered':
    case 'unmetered':
      return world.network.setMetered(one.do === 'metered');
    case 'pull-charger':
    case 'plug-charger':
      rules.onlyOnCharger = true;
      return world.power.setOnBattery(one.do === 'pull-charger');
    case 'suspend':
      return world.power.suspend();
    case 'wake':
      return world.power.resume();
    case 'expire':
      world.token += '+';
      world.server.tokens.clear();
      world.server.tokens.add(world.token);
      return;
    case 'fill-disk':
    case 'free-disk':
      world.disk.isReadOnly = one.do === 'fill-disk';
      return;
    case 'no-room':
    case 'room':
      rules.budgetBytes = one.do === 'no-room' ? 9000 : null;
      return downloads.reconsider();
    case 'pull-drive':
    case 'plug-drive':
      world.disk.isAbsent = one.do === 'pull-drive';
      return downloads.reconsider();
    case 'sign-out':
    case 'sign-in':
      world.accountId = one.do === 'sign-in' ? 'account-1' : null;
      return downloads.accountChanged();
    case 'service-away':
      return service(world, new LayoverError('service/unreachable'));
    case 'service-signs-out':
      return service(world, new LayoverError('auth/signed-out'));
    case 'service-back':
      service(world, null);
      return downloads.connected();
    case 'play':
    case 'stop-playing':
      world.isPlaying = one.do === 'play';
  }
}

/** What the contract lets through. */
const Told = DownloadView.omit({
  revision: true,
  titleName: true,
  artworkVersion: true,
  episode: true,
  verdict: true,
  position: true,
});

const isWorkedOn = ({ state, waitingFor, error }: DownloadStatus) =>
  state === 'downloading' ||
  state === 'verifying' ||
  (state === 'waiting' && (waitingFor === 'license' || waitingFor === 'playback') && error === null);

/** `held`: how many segments of each download were stored, which only a removal may make fewer. */
function checkInvariants(world: DownloadWorld, held: Map<string, number>): void {
  const list = world.downloads.list();
  expect(list.filter(isWorkedOn).length).toBeLessThanOrEqual(AT_ONCE);
  const rank = { high: 0, normal: 1, low: 2 };
  const ranks = list.map(({ priority }) => rank[priority]);
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
  for (const status of list) {
    Told.parse(status);
    const { state, waitingFor, error, storedBytes, selection, downloadId, playableSeconds } = status;
    expect(storedBytes).toBeLessThanOrEqual(selection.size.bytes);
    expect(playableSeconds).toBeLessThanOrEqual(status.durationSeconds);
    if (state === 'waiting') expect(waitingFor ?? error).not.toBeNull();
    if (state === 'failed') expect(error).not.toBeNull();
    const segments = world.store
      .tracks(downloadId)
      .reduce((sum, { trackId }) => sum + world.store.stored(trackId).length, 0);
    expect(segments).toBeGreaterThanOrEqual(held.get(downloadId) ?? 0);
    held.set(downloadId, segments);
    if (state !== 'completed') continue;
    expect([storedBytes, playableSeconds]).toEqual([selection.size.bytes, status.durationSeconds]);
    expect(segments).toBe(videos.find((one) => one.selection.videoId === status.videoId)!.files.size);
  }
}

/** Everything is allowed again; what was paused or failed is asked for again. */
async function allIsWell(world: DownloadWorld): Promise<void> {
  for (const what of [
    'online', 'unmetered', 'plug-charger', 'wake', 'free-disk', 'room', 'plug-drive', 'sign-in', 'stop-playing',
    'service-back',
  ] as const) await take(world, { do: what }); // prettier-ignore
  world.server.misbehave = () => undefined;
  // Requests that hang since before are given up by their limits; what an OCA asked for passes.
  world.clock.advance(120_000);
  await turn();
  for (const { downloadId, state } of world.downloads.list())
    if (state === 'paused' || state === 'failed') world.downloads.resume(downloadId);
}

it('whatever viewer, machine and network do, the queue keeps its promises and ends complete', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const world = await createDownloadWorld();
      const twice: string[] = [];
      world.watchStore = (store) => watched(store, (trackId) => twice.push(trackId));
      world.rules.atOnce = AT_ONCE;
      try {
        world.start();
        world.add(first);
        world.add(second);
        const held = new Map<string, number>();
        for (const one of steps) {
          await take(world, one);
          checkInvariants(world, held);
        }
        await allIsWell(world);
        for (const { downloadId, videoId } of world.downloads.list()) {
          await world.reach(downloadId, 'completed');
          await expectAllStored(
            world,
            videos.find((one) => one.selection.videoId === videoId)!,
            downloadId,
          );
        }
        expect(world.downloads.list().every(({ state }) => state === 'completed')).toBe(true);
        checkInvariants(world, held);
        expect(twice).toEqual([]);
      } finally {
        await world.dispose();
      }
    }),
    { numRuns: 80 },
  );
}, 120_000);
