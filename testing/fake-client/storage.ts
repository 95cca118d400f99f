import type { Client } from '../../src/shared/contract.ts';
import type {
  DownloadView,
  Fit,
  RemovableDownload,
  StoragePlace,
  StorageView,
} from '../../src/shared/downloads.ts';
import { LayoverError } from '../../src/shared/errors.ts';
import type { World } from './world.ts';

export const usualFolder = '/home/ana/.local/share/Layover/downloads';
const otherDrive = '/media/ana/Travel SSD/Layover';

export const isWhole = (download: DownloadView) => download.state === 'completed';
const sum = (downloads: DownloadView[], of: (each: DownloadView) => number) =>
  downloads.reduce((all, each) => all + of(each), 0);

export function storageOf(world: World): StorageView {
  const { downloads, settings, surroundings } = world;
  const stored = (of: (each: DownloadView) => boolean) =>
    sum(downloads.filter(of), (each) => each.storedBytes);
  const usedBytes = stored(() => true);
  const pinnedBytes = stored((each) => each.isPinned);
  const watchedBytes = stored((each) => !each.isPinned && Boolean(each.position?.completed));
  return {
    ...world.storage,
    revision: (world.revision += 1),
    isPresent: surroundings.isPresent,
    usedBytes,
    reservedBytes: sum(
      downloads.filter((each) => !isWhole(each) && each.state !== 'failed'),
      (each) => each.selection.size.bytes - each.storedBytes,
    ),
    freeBytes: Math.max(0, surroundings.roomBytes - usedBytes),
    diskBytes: surroundings.diskBytes,
    budgetBytes: settings.downloads.budgetBytes,
    watchedBytes,
    pinnedBytes,
    unwatchedBytes: usedBytes - watchedBytes - pinnedBytes,
  };
}

const reasons: RemovableDownload['why'][] = ['watched', 'expired', 'failed', 'partly-watched', 'not-watched'];

function reasonOf({ position, verdict, state }: DownloadView): RemovableDownload['why'] {
  if (position?.completed) return 'watched';
  if (state === 'completed' && !verdict.allowed) return 'expired';
  if (state === 'failed') return 'failed';
  return position ? 'partly-watched' : 'not-watched';
}

export function fitOf(world: World, neededBytes: number): Fit {
  const { freeBytes, reservedBytes, usedBytes, budgetBytes } = storageOf(world);
  const onDisk = freeBytes - reservedBytes - world.settings.downloads.freeSpaceFloorBytes;
  const inBudget = (budgetBytes ?? Infinity) - usedBytes - reservedBytes;
  const availableBytes = Math.max(0, Math.min(onDisk, inBudget));
  const shortfallBytes = Math.max(0, neededBytes - availableBytes);
  if (shortfallBytes === 0)
    return { neededBytes, availableBytes, shortfallBytes, limitedBy: null, couldRemove: [] };
  return {
    neededBytes,
    availableBytes,
    shortfallBytes,
    limitedBy: inBudget < onDisk ? 'budget' : 'disk',
    couldRemove: world.downloads
      .filter((each) => !each.isPinned && (isWhole(each) || each.state === 'failed'))
      .map((each) => ({
        downloadId: each.downloadId,
        titleName: each.titleName,
        episode: each.episode,
        sizeBytes: each.storedBytes,
        why: reasonOf(each),
      }))
      .toSorted((a, b) => reasons.indexOf(a.why) - reasons.indexOf(b.why)),
  };
}

function placeAt(world: World, folder: string): StoragePlace {
  const { roomBytes, diskBytes } = world.surroundings;
  const isOther = folder.startsWith('/media/');
  return {
    folder,
    freeBytes: isOther ? 412_000_000_000 : storageOf(world).freeBytes,
    diskBytes: isOther ? 500_000_000_000 : Math.max(diskBytes, roomBytes),
    isCurrent: folder === world.storage.folder,
    problem: folder.startsWith('/proc') ? { code: 'store/read-only', details: { folder } } : null,
  };
}

export function storageProcedures(world: World, host: { choosesFolder: boolean }): Client['storage'] {
  const told = () => {
    const storage = storageOf(world);
    world.emit({ type: 'storage', storage });
    return storage;
  };
  const change = (changes: Partial<World['storage']>) => {
    world.storage = { ...world.storage, ...changes };
    return told();
  };
  return {
    read: async () => storageOf(world),
    places: async () =>
      [...new Set([usualFolder, otherDrive, world.storage.folder])].map((folder) => placeAt(world, folder)),
    inspect: async ({ folder }) => placeAt(world, folder),
    choose: async () => ({ folder: host.choosesFolder ? otherDrive : null }),
    move: async ({ folder }) => {
      const { problem } = placeAt(world, folder);
      if (problem) throw new LayoverError(problem.code, problem.details);
      return change({
        move: { toFolder: folder, movedBytes: 0, totalBytes: storageOf(world).usedBytes },
        moveError: null,
      });
    },
    cancelMove: async () => change({ move: null }),
    check: async () =>
      change({ check: { checkedBytes: 0, totalBytes: storageOf(world).usedBytes, damagedSegments: 0 } }),
    cancelCheck: async () => change({ check: null }),
  };
}

/** A tenth of whatever runs: a move, a check. */
export function advanceStorage(world: World): void {
  const { move, check } = world.storage;
  const changes: Partial<World['storage']> = {};
  if (move) {
    const movedBytes = Math.min(move.totalBytes, move.movedBytes + Math.ceil(move.totalBytes / 10));
    if (movedBytes === move.totalBytes) Object.assign(changes, { folder: move.toFolder, move: null });
    else changes.move = { ...move, movedBytes };
  }
  if (check) {
    const { damagedSegments } = world.surroundings;
    const checkedBytes = Math.min(check.totalBytes, check.checkedBytes + Math.ceil(check.totalBytes / 10));
    if (checkedBytes === check.totalBytes)
      Object.assign(changes, { check: null, lastCheck: { finishedAtMs: world.now(), damagedSegments } });
    else changes.check = { ...check, checkedBytes, damagedSegments };
  }
  if (!move && !check) return;
  world.storage = { ...world.storage, ...changes };
  world.emit({ type: 'storage', storage: storageOf(world) });
}
