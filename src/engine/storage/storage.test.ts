import { expect, onTestFinished, test } from 'vitest';
import { createFakeClock } from '../../../testing/fake-clock.ts';
import { createFakePower } from '../../../testing/fake-power.ts';
import { createMemoryDisk, createMemoryStore } from '../../../testing/memory-store.ts';
import { createRecordingLog } from '../../../testing/recording-log.ts';
import { passTimeUntil, until } from '../../../testing/until.ts';
import type { EngineEvent } from '../../shared/contract.ts';
import type { StorageView } from '../../shared/downloads.ts';
import { LayoverError } from '../../shared/errors.ts';
import type { Platform } from '../../shared/platform.ts';
import { Settings } from '../../shared/settings.ts';
import { createPresence } from '../../store/presence.ts';
import type { TrackSpec } from '../../store/types.ts';
import { createBackground } from '../background.ts';
import { createWatching } from '../watching.ts';
import { createStorage } from './storage.ts';

type Parts = Parameters<typeof createStorage>[0];
const drive = '/media/drive';

async function world({ chosen = null as string | null, segments = 3 } = {}) {
  const clock = createFakeClock();
  const log = createRecordingLog();
  const background = createBackground(log);
  onTestFinished(() => background.end());
  const disk = createMemoryDisk(1_000_000);
  const store = createMemoryStore(disk);
  const key = new Uint8Array(16);
  const spec = { trackId: 't1', downloadId: 'd1', videoId: 'harbor', renditionId: 'v-240p' } as TrackSpec;
  await store.createTrack(spec, key);
  const track = store.unlock('t1', key);
  for (let n = 0; n < segments; n += 1) await track.put(n, new Uint8Array(1_000));
  track.close();
  // A disk takes its time, which the fake clock has in its hand.
  const move = store.move.bind(store);
  Object.assign(store, {
    move: async (...[folder, options]: Parameters<typeof move>) => {
      await clock.sleep(1_000, options?.signal);
      return move(folder, options);
    },
  });
  const told: StorageView[] = [];
  let reconsidered = 0;
  let revision = 0;
  const presence = createPresence(store, clock, createFakePower());
  presence.start();
  onTestFinished(() => presence.stop());
  const parts = {
    presence,
    nextRevision: () => (revision += 1),
    catalog: { profiles: () => [] },
    downloads: {
      list: () => [],
      reconsider: () => (reconsidered += 1),
      check: {
        status: () => ({ check: null, lastCheck: null }),
        start: () => undefined,
        cancel: async () => undefined,
        onChange: () => () => undefined,
      },
    },
    events: {
      emit: (event: EngineEvent) => {
        if (event.type === 'storage') told.push(event.storage);
      },
    },
    settings: { read: () => Settings.parse({}) },
    store,
    sync: { position: () => undefined },
    watching: createWatching(clock),
  } as unknown as Parts;
  const platform = {
    clock,
    log,
    paths: { userData: '/user', downloads: '/memory' },
    chooseFolder: async () => chosen,
    otherDrives: async () => [drive],
  } as unknown as Platform;
  const storage = createStorage(parts, platform, background);
  return { storage, disk, clock, told, reconsidered: () => reconsidered };
}

test('says where downloads lie and what they take; a later view has a greater number', async () => {
  const { storage } = await world();
  const view = await storage.view();
  expect(view).toMatchObject({
    folder: '/memory',
    isPresent: true,
    usedBytes: 3_000,
    move: null,
    moveError: null,
  });
  expect((await storage.view()).revision).toBeGreaterThan(view.revision);
});

test('proposes the place in use and one on each drive; a chosen folder with other things in it gets one of ours', async () => {
  const { storage, disk } = await world({ chosen: '/home/ana' });
  expect(await storage.places()).toMatchObject([
    { folder: '/memory', isCurrent: true },
    { folder: `${drive}/Layover`, isCurrent: false },
  ]);
  expect(await storage.choose()).toBe('/home/ana');
  disk.problems.set('/home/ana', new LayoverError('store/place-not-empty', { folder: '/home/ana' }));
  expect(await storage.choose()).toBe('/home/ana/Layover');
  expect(await (await world()).storage.choose()).toBeNull();
});

test('a move begins at once, tells how far it is, and ends in the new place', async () => {
  const { storage, told, clock, disk, reconsidered } = await world();
  expect(await storage.move(drive)).toMatchObject({
    folder: '/memory',
    move: { toFolder: drive, totalBytes: 3_000 },
  });
  await expect(storage.move('/elsewhere')).rejects.toMatchObject({ code: 'store/moving' });
  await passTimeUntil(clock, () => told.some((view) => view.folder === drive && view.move === null));
  expect(disk.folder).toBe(drive);
  expect(told.at(-1)).toMatchObject({ moveError: null });
  expect(reconsidered()).toBeGreaterThan(0);
  expect(await storage.move(drive)).toMatchObject({ move: null });
});

test('a move is canceled, and everything stays; that is no error', async () => {
  const { storage, told, disk, clock } = await world();
  await storage.move(drive);
  await storage.cancelMove();
  await passTimeUntil(clock, () => told.some((view) => view.move === null));
  expect(disk.folder).toBe('/memory');
  expect(await storage.view()).toMatchObject({ move: null, moveError: null });
});

test('what keeps a move from beginning is thrown, what ends it later is kept until the next', async () => {
  const { storage, told, disk, clock } = await world();
  disk.problems.set('/full', new LayoverError('store/no-space', { neededBytes: 1 }));
  await expect(storage.move('/full')).rejects.toMatchObject({ code: 'store/no-space' });
  await storage.move(drive);
  disk.problems.set(drive, new LayoverError('store/read-only', { folder: drive }));
  await passTimeUntil(clock, () => told.some((view) => view.move === null));
  expect(await storage.view()).toMatchObject({ folder: '/memory', moveError: { code: 'store/read-only' } });
  disk.problems.clear();
  expect(await storage.move('/elsewhere')).toMatchObject({ moveError: null });
});

test('a drive that is pulled out and comes back is told', async () => {
  const { storage, told, disk, clock } = await world();
  storage.start();
  await until(() => clock.sleepers > 0);
  disk.isAbsent = true;
  await passTimeUntil(clock, () => told.at(-1)?.isPresent === false);
  disk.isAbsent = false;
  await passTimeUntil(clock, () => told.at(-1)?.isPresent === true);
});

test('many changes are told a few times, the last of them always', async () => {
  const { storage, told, clock } = await world();
  for (let n = 0; n < 50; n += 1) storage.changed();
  await until(() => told.length > 0 && clock.sleepers > 0);
  expect(told).toHaveLength(1);
  await passTimeUntil(clock, () => told.length > 1);
  expect(told).toHaveLength(2);
});
