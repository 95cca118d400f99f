import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDownloadWorld, expectAllStored, first, second } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import { turns, until } from '../../testing/until.ts';
import type { DownloadRules } from '../shared/settings.ts';
import { HOUR_MS, MINUTE_MS } from '../shared/units.ts';

let world: DownloadWorld;
beforeEach(async () => {
  world = await createDownloadWorld();
  world.start();
});
afterEach(() => world.dispose());

const waitsFor = (downloadId: string, reason: string) =>
  until(() => world.downloads.get(downloadId).waitingFor === reason);
const set = (rules: Partial<DownloadRules>) => {
  Object.assign(world.rules, rules);
  world.downloads.reconsider();
};
/** Adds the first video and lets it come so far that some of it is stored; the rest does not answer. */
async function halfway() {
  let left = 8;
  world.server.misbehave = () => (left-- > 0 ? undefined : { kind: 'hang' });
  const { downloadId } = world.add(first);
  await until(() => world.server.requests.length === 12);
  world.server.misbehave = () => undefined;
  return downloadId;
}

describe('a rule that is not met', () => {
  it.each<[string, () => void, () => void]>([
    ['unmetered-network', () => world.network.setMetered(true), () => world.network.setMetered(false)],
    ['unmetered-network', () => set({ thisNetwork: 'metered' }), () => set({ allowMetered: true })],
    [
      'charger',
      () => {
        set({ onlyOnCharger: true });
        world.power.setOnBattery(true);
      },
      () => world.power.setOnBattery(false),
    ],
    [
      'schedule',
      () => set({ schedule: { mode: 'only', fromMinute: 60, toMinute: 120 } }),
      () => set({ schedule: { mode: 'always' } }),
    ],
    ['network', () => world.network.set(false), () => world.network.set(true)],
  ])(
    '%s: stops what runs, keeps what is stored, and goes on at once when it is met',
    async (reason, on, off) => {
      const downloadId = await halfway();
      on();
      await waitsFor(downloadId, reason);
      const { storedBytes, rateBytesPerSecond } = world.downloads.get(downloadId);
      expect(storedBytes).toBeGreaterThan(0);
      expect(rateBytesPerSecond).toBe(0);
      const asked = world.server.requests.length;
      await turns(20);
      expect(world.server.requests.length).toBe(asked);
      off();
      await until(() => world.downloads.get(downloadId).state === 'completed');
      await expectAllStored(world, first, downloadId);
      expect(world.server.requests.length).toBe(asked + first.files.size - 8);
    },
  );

  it('schedule: is told with its end, and begins then by itself', async () => {
    // The world begins at noon.
    set({ schedule: { mode: 'only', fromMinute: 23 * 60, toMinute: 6 * 60 } });
    const { downloadId } = world.add(first);
    await waitsFor(downloadId, 'schedule');
    expect(world.downloads.get(downloadId).waitingUntilMs).toBe(world.clock.now() + 11 * HOUR_MS);
    for (let minutes = 0; minutes < 11 * 60; minutes += 30) {
      expect(world.downloads.get(downloadId).state).toBe('waiting');
      world.clock.advance(30 * MINUTE_MS);
      await turns(2);
    }
    await until(() => world.downloads.get(downloadId).state === 'completed');
  });

  it('schedule: ends what runs when its hours are over, and follows a clock that is set', async () => {
    set({ schedule: { mode: 'except', fromMinute: 13 * 60, toMinute: 14 * 60 } });
    const downloadId = await halfway();
    world.clock.setWall(world.clock.now() + HOUR_MS);
    world.clock.advance(MINUTE_MS);
    await waitsFor(downloadId, 'schedule');
    world.clock.setWall(world.clock.now() - HOUR_MS);
    world.clock.advance(MINUTE_MS);
    await until(() => world.downloads.get(downloadId).state === 'completed');
  });

  it('does not hold back what the viewer wants now, until that is complete', async () => {
    set({ onlyOnCharger: true });
    world.power.setOnBattery(true);
    world.network.setMetered(true);
    const one = world.add(second);
    const two = world.add(first);
    await waitsFor(two.downloadId, 'unmetered-network');
    await world.downloads.pause(one.downloadId);
    world.downloads.startAnyway(one.downloadId);
    await until(() => world.downloads.get(one.downloadId).state === 'completed');
    expect(world.downloads.get(two.downloadId).waitingFor).toBe('unmetered-network');
    // What is damaged later is fetched by the rules again.
    world.disk.tracks.get(`${one.downloadId}.a-en`)?.segments.delete(1);
    world.downloads.rescan(one.downloadId);
    await waitsFor(one.downloadId, 'unmetered-network');
  });
});

it('a cap holds for what runs, and counts at once when it goes', async () => {
  set({ capBitsPerSecond: 100_000 });
  const { downloadId } = world.add(first);
  await until(() => world.downloads.get(downloadId).state === 'downloading');
  await turns(200);
  expect(world.downloads.get(downloadId).state).toBe('downloading');
  set({ capBitsPerSecond: null });
  await until(() => world.downloads.get(downloadId).state === 'completed');
});

describe('the drive', () => {
  it('that is pulled out is waited for; nothing counts as lost, and all goes on when it is back', async () => {
    const downloadId = await halfway();
    const done = world.add(second);
    world.disk.isAbsent = true;
    world.downloads.reconsider();
    await waitsFor(downloadId, 'storage-place');
    await waitsFor(done.downloadId, 'storage-place');
    expect(world.downloads.get(downloadId).error?.code).toBe('store/absent');
    const { storedBytes } = world.downloads.get(downloadId);
    expect(storedBytes).toBeGreaterThan(0);
    world.disk.isAbsent = false;
    world.clock.advance(5000);
    await until(() => world.downloads.get(done.downloadId).state === 'completed');
    await expectAllStored(world, first, downloadId);
  });

  it('that is found to be gone by a write is waited for, too', async () => {
    let left = 5;
    world.server.misbehave = () => {
      if (left-- === 0) world.disk.isAbsent = true;
      return undefined;
    };
    const { downloadId } = world.add(first);
    await waitsFor(downloadId, 'storage-place');
    world.disk.isAbsent = false;
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, first, downloadId);
  });
});

describe('room', () => {
  it('is left as the viewer’s floor and budget say', async () => {
    world.disk.capacityBytes = 1_000_000;
    set({ freeSpaceFloorBytes: 995_000 });
    const { downloadId } = world.add(first);
    await waitsFor(downloadId, 'space');
    set({ freeSpaceFloorBytes: 0, budgetBytes: 5000 });
    await until(() => {
      const { error, waitingFor } = world.downloads.get(downloadId);
      return waitingFor === 'space' && error?.code === 'download/no-room';
    });
    expect(world.server.requests).toEqual([]);
    set({ budgetBytes: null });
    await until(() => world.downloads.get(downloadId).state === 'completed');
    expect(world.store.reservedBytes()).toBe(0);
  });

  it('is taken before the first byte comes', async () => {
    const downloadId = await halfway();
    const whole = [...first.plain.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(world.store.usedBytes(downloadId) + world.store.reservedBytes(downloadId)).toBe(whole);
  });
});
