import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDownloadWorld, expectAllStored, first, second } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import { damage } from '../../testing/memory-store.ts';
import { turn, until } from '../../testing/until.ts';
import { LayoverError } from '../shared/errors.ts';
import type { CheckStatus } from './types.ts';

let world: DownloadWorld;
let ids: string[];
let told: CheckStatus[];
beforeEach(async () => {
  world = await createDownloadWorld();
  world.start();
  ids = [first, second].map((video) => world.add(video).downloadId);
  for (const id of ids) await world.reach(id, 'completed');
  told = listen();
});
afterEach(() => world.dispose());

function listen(): CheckStatus[] {
  const seen: CheckStatus[] = [];
  world.downloads.check.onChange((status) => seen.push(structuredClone(status)));
  return seen;
}
const ended = () => until(() => world.downloads.check.status().check === null);

describe('a check of what is stored', () => {
  it('reads all of it, tells how far it is, and when it was done', async () => {
    world.downloads.check.start();
    world.downloads.check.start();
    await ended();
    const totalBytes = world.store.usedBytes();
    const progress = told.flatMap(({ check }) => check ?? []);
    expect(progress.at(-1)).toEqual({ checkedBytes: totalBytes, totalBytes, damagedSegments: 0 });
    const bytes = progress.map(({ checkedBytes }) => checkedBytes);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    const lastCheck = { finishedAtMs: world.clock.now(), damagedSegments: 0 };
    expect(world.downloads.check.status()).toEqual({ check: null, lastCheck });
    await world.downloads.stop();
    world.start();
    expect(world.downloads.check.status().lastCheck).toEqual(lastCheck);
  });

  it('has what is damaged fetched again, and only that; it says so', async () => {
    const [one, two] = ids as [string, string];
    damage(world.disk, `${one}.v-480p`, 2);
    damage(world.disk, `${two}.a-en`, -1);
    const asked = world.server.requests.length;
    const changes = world.history.length;
    world.downloads.check.start();
    await ended();
    expect(world.downloads.check.status().lastCheck?.damagedSegments).toBe(2);
    for (const id of ids) {
      expect(
        world.history
          .slice(changes)
          .some(({ downloadId, error }) => downloadId === id && error?.code === 'store/damaged'),
      ).toBe(true);
      await world.reach(id, 'completed');
    }
    expect(world.server.requests.length).toBe(asked + 2);
    await expectAllStored(world, first, one);
    await expectAllStored(world, second, two);
  });

  it('repairs when the network is back, not before', async () => {
    const [one] = ids as [string];
    damage(world.disk, `${one}.v-480p`, 2);
    world.network.set(false);
    world.downloads.check.start();
    await until(() => world.downloads.get(one).waitingFor === 'network');
    world.network.set(true);
    await until(() => world.downloads.get(one).state === 'completed');
  });

  it('goes on where it was stopped, also after a restart', async () => {
    world.downloads.check.start();
    await until(() => (told.at(-1)?.check?.checkedBytes ?? 0) > 5000);
    await world.downloads.check.cancel();
    expect(world.downloads.check.status()).toEqual({ check: null, lastCheck: null });
    await world.downloads.stop();
    const reads = countReads();
    world.start();
    reads.watch();
    world.downloads.check.start();
    await ended();
    expect(world.downloads.check.status().lastCheck).not.toBeNull();
    expect(reads.bytes).toBeLessThan(world.store.usedBytes() - 4000);
  });

  it('tells of damage that it found before it was stopped', async () => {
    const [one] = ids as [string];
    for (const index of [0, 1]) damage(world.disk, `${one}.v-480p`, index);
    world.network.set(false);
    world.downloads.check.start();
    await until(() => world.store.stored(`${one}.v-480p`).length < 7);
    await world.downloads.check.cancel();
    expect(world.downloads.get(one).state).not.toBe('completed');
  });

  it('leaves out what no license opens', async () => {
    const [one] = ids as [string];
    const { keyToStore } = world.licenses;
    world.licenses.keyToStore = async (videoId) => {
      if (videoId === 'first') throw new LayoverError('license/expired');
      return keyToStore(videoId);
    };
    damage(world.disk, `${one}.v-480p`, 0);
    world.downloads.check.start();
    await ended();
    expect(world.downloads.check.status().lastCheck?.damagedSegments).toBe(0);
    expect(world.downloads.get(one).state).toBe('completed');
  });

  it('has a track that can never be read again made anew', async () => {
    const [, two] = ids as [string, string];
    const { unlock } = world.store;
    const lost = world.disk.tracks.get(`${two}.a-en`);
    world.store.unlock = (trackId, key) => {
      if (lost && world.disk.tracks.get(trackId) === lost) throw new LayoverError('store/damaged');
      return unlock(trackId, key);
    };
    world.downloads.check.start();
    await ended();
    expect(world.downloads.check.status().lastCheck?.damagedSegments).toBe(3);
    await world.reach(two, 'completed');
    await expectAllStored(world, second, two);
  });

  it('stops when the drive is pulled out: nothing counts as damaged', async () => {
    world.downloads.check.start();
    await until(() => (told.at(-1)?.check?.checkedBytes ?? 0) > 0);
    world.disk.isAbsent = true;
    await ended();
    expect(world.downloads.check.status().lastCheck).toBeNull();
    for (const id of ids) expect(world.downloads.get(id).storedBytes).toBeGreaterThan(0);
  });

  it('is slow while something plays', async () => {
    world.isPlaying = true;
    world.downloads.check.start();
    await until(() => world.sleepers() === 1);
    for (let turns = 0; turns < 10; turns += 1) await turn();
    expect(world.downloads.check.status().check?.checkedBytes).toBe(0);
    world.isPlaying = false;
    world.clock.advance(1000);
    await ended();
  });
});

/** What a check really reads, by the sizes of which it tells its pacer. */
function countReads() {
  const reads = {
    bytes: 0,
    watch() {
      const { unlock } = world.store;
      world.store.unlock = (...args) => {
        const track = unlock(...args);
        return {
          ...track,
          scrub: (options) =>
            track.scrub({
              ...options,
              pace: async (sizeBytes) => {
                reads.bytes += sizeBytes;
                await options.pace?.(sizeBytes);
              },
            }),
        };
      };
    },
  };
  return reads;
}
