import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDownloadWorld, expectAllStored, first, second, third } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import { passTimeUntil, turns, until } from '../../testing/until.ts';

let world: DownloadWorld;
beforeEach(async () => {
  world = await createDownloadWorld();
  world.start();
});
afterEach(() => world.dispose());

const stateOf = (downloadId: string) => world.downloads.get(downloadId).state;
const order = () => world.downloads.list().map(({ downloadId }) => downloadId);
const isDone = (downloadId: string) => until(() => stateOf(downloadId) === 'completed');
/** No OCA answers until it is released. */
function hold() {
  let release = () => {};
  const until = new Promise<void>((resolve) => (release = resolve));
  world.server.misbehave = () => ({ kind: 'hold', until });
  return () => {
    world.server.misbehave = () => undefined;
    release();
  };
}

it('a higher priority takes the place of what runs, at once, and that goes on afterwards', async () => {
  hold();
  const one = world.add(first);
  await until(() => stateOf(one.downloadId) === 'downloading');
  const two = world.add(second);
  await turns(10);
  expect(stateOf(two.downloadId)).toBe('queued');
  world.server.misbehave = () => undefined;
  expect(world.downloads.setPriority(two.downloadId, 'high')).toMatchObject({ priority: 'high' });
  await isDone(two.downloadId);
  expect(world.history.findLast((told) => told.downloadId === one.downloadId)?.state).toBe('queued');
  expect(order()).toEqual([two.downloadId, one.downloadId]);
  await isDone(one.downloadId);
});

it('the order that the viewer makes is the order of work, also after a restart', async () => {
  const release = hold();
  const [one, two, three] = [world.add(first), world.add(second), world.add(third)];
  await until(() => stateOf(one.downloadId) === 'downloading');
  world.downloads.reorder(three.downloadId, one.downloadId);
  await until(() => stateOf(three.downloadId) === 'downloading');
  await until(() => stateOf(one.downloadId) === 'queued');
  world.downloads.reorder(one.downloadId, null);
  const wanted = [three.downloadId, two.downloadId, one.downloadId];
  expect(order()).toEqual(wanted);
  await world.downloads.stop();
  world.start();
  expect(order()).toEqual(wanted);
  release();
  await isDone(one.downloadId);
  const completed = world.history.filter(({ state }) => state === 'completed').map((told) => told.downloadId);
  expect(completed).toEqual(wanted);
  expect(() => world.downloads.reorder('none', null)).toThrow();
  expect(() => world.downloads.reorder(one.downloadId, 'none')).toThrow();
});

it('as many titles at once as the rules say, also when they change', async () => {
  const release = hold();
  world.rules.atOnce = 2;
  const ids = [first, second, third].map((video) => world.add(video).downloadId);
  const running = () => ids.filter((id) => stateOf(id) === 'downloading').length;
  await until(() => running() === 2);
  await turns(10);
  expect(running()).toBe(2);
  world.rules.atOnce = 3;
  world.downloads.reconsider();
  await until(() => running() === 3);
  world.rules.atOnce = 1;
  world.downloads.reconsider();
  await until(() => running() === 1);
  release();
  for (const [at, video] of [first, second, third].entries()) {
    await isDone(ids[at]!);
    await expectAllStored(world, video, ids[at]!);
  }
});

it('all are paused and go on together; what failed stays as it is', async () => {
  hold();
  const [one, two] = [world.add(first), world.add(second)];
  await until(() => stateOf(one.downloadId) === 'downloading');
  const paused = await world.downloads.pauseAll();
  expect(paused.map(({ state }) => state)).toEqual(['paused', 'paused']);
  expect(world.sleepers()).toBe(0);
  world.server.misbehave = () => undefined;
  world.downloads.resumeAll();
  await isDone(two.downloadId);
  expect(stateOf(one.downloadId)).toBe('completed');
});

it('one in trouble does not take the place of others again and again', async () => {
  world.server.misbehave = ({ path }) =>
    path.startsWith('first/') ? { kind: 'status', status: 404 } : { kind: 'hang' };
  const one = world.add(first);
  const two = world.add(second);
  await world.reach(two.downloadId, 'downloading');
  const tries = () =>
    world.log.lines.filter(
      ({ event, fields }) => event === 'download.interrupted' && fields?.downloadId === one.downloadId,
    );
  // Once more for the first error; after the second it waits until there is a place for it.
  await passTimeUntil(world.clock, () => tries().length === 2, 10);
  // Not so long that the other one's silence ends.
  for (let steps = 0; steps < 2; steps += 1) {
    world.clock.advance(1100);
    await turns(10);
  }
  expect(tries()).toHaveLength(2);
  expect(stateOf(two.downloadId)).toBe('downloading');
  expect(stateOf(one.downloadId)).not.toBe('failed');
});

it('pin, name, priority and origin are kept', async () => {
  const name = {
    titleName: 'First',
    artworkVersion: '1',
    episode: { seasonNumber: 1, episodeNumber: 2, name: 'Two' },
    maturityRating: '12' as const,
  };
  const { downloadId } = world.downloads.add(
    second.selection,
    { ...second.presentation, pathways: world.pathways() },
    { titleId: 't', name, priority: 'low', origin: 'auto-next' },
  );
  expect(world.downloads.pin(downloadId, true).isPinned).toBe(true);
  await isDone(downloadId);
  await world.downloads.stop();
  world.start();
  const kept = { name, priority: 'low', origin: 'auto-next', isPinned: true, playableSeconds: 8 };
  expect(world.downloads.get(downloadId)).toMatchObject(kept);
  expect(world.downloads.pin(downloadId, false).isPinned).toBe(false);
});

it('says what could be played while it comes', async () => {
  let left = 8;
  world.server.misbehave = () => (left-- > 0 ? undefined : { kind: 'hang' });
  const { downloadId } = world.add(first);
  await until(() => world.server.requests.length === 12);
  const held = () => world.store.tracks(downloadId).flatMap(({ trackId }) => world.store.stored(trackId));
  await passTimeUntil(world.clock, () => held().length === 8, 10);
  const { playableSeconds } = world.downloads.get(downloadId);
  expect(playableSeconds).toBeGreaterThan(0);
  expect(playableSeconds).toBeLessThan(first.presentation.durationSeconds);
  const killed = world.downloads;
  world.start();
  expect(world.downloads.get(downloadId).playableSeconds).toBe(playableSeconds);
  await killed.stop();
});

it('says that it gives way to what is watched', async () => {
  hold();
  world.isPlaying = true;
  const { downloadId } = world.add(first);
  await until(() => world.downloads.get(downloadId).waitingFor === 'playback');
  world.isPlaying = false;
  expect(stateOf(downloadId)).toBe('downloading');
});
