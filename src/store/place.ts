import fs from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../database/sqlite-errors.ts';
import { isLayoverError, LayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';
import { isGone, writeError } from './disk-error.ts';
import { MARKER, createStoreFolder } from './folder.ts';
import type { PlaceName } from './place-rows.ts';
import type { PlaceReport } from './types.ts';

/** What systems put into every drive and folder by themselves: such a folder is still empty. */
const systems =
  /^(lost\+found|\.Trash.*|\.DS_Store|\.Spotlight-V100|\.fseventsd|\.TemporaryItems|System Volume Information|\$RECYCLE\.BIN|desktop\.ini|Thumbs\.db)$/i;

/** The path as the system knows it: links followed as far as it exists. */
async function realPath(folder: string): Promise<string> {
  const missing: string[] = [];
  for (let place = path.resolve(folder); ; place = path.dirname(place)) {
    try {
      return path.join(await fs.realpath(place), ...missing);
    } catch (thrown) {
      if (!isGone(thrown) || place === path.dirname(place)) throw thrown;
      missing.unshift(path.basename(place));
    }
  }
}

/**
 * Looks at a folder that the store might be moved to. `leftovers`: folders that hold copies of our own which are to be
 * erased first, so that they count as empty. `neededBytes`: what would be moved.
 */
export async function inspectPlace(
  current: string,
  folder: string,
  leftovers: readonly PlaceName[],
  neededBytes: Bytes,
): Promise<PlaceReport> {
  const place = createStoreFolder(folder, null);
  let freeBytes = 0;
  let diskBytes: Bytes | null = null;
  let isCurrent = path.resolve(folder) === path.resolve(current);
  const report = (problem: LayoverError | null): PlaceReport => ({
    folder,
    freeBytes,
    diskBytes,
    isCurrent,
    problem,
  });
  try {
    const [from, to] = [await realPath(current), await realPath(folder)];
    isCurrent = from === to;
    ({ freeBytes, diskBytes } = await place.diskSpace());
    if (isCurrent) return report(null);
    if (to.startsWith(from + path.sep)) return report(new LayoverError('store/place-inside', { folder }));
    const isOwn = await isLeftover(folder, leftovers);
    const names = isOwn ? [] : await namesIn(folder);
    if (names.includes(MARKER)) return report(new LayoverError('store/place-taken', { folder }));
    if (names.length > 0) return report(new LayoverError('store/place-not-empty', { folder }));
    await tryToWrite(to);
    if (neededBytes > freeBytes && !isOwn)
      return report(new LayoverError('store/no-space', { neededBytes: neededBytes - freeBytes }));
    return report(null);
  } catch (thrown) {
    return report(unusable(thrown, folder, neededBytes));
  }
}

/** Of the folder that was chosen; what is said of the drive that the downloads are on is about another one. */
function unusable(thrown: unknown, folder: string, neededBytes: Bytes): LayoverError {
  const said = writeError(thrown, { folder, neededBytes, isPresent: () => true });
  if (isLayoverError(said, 'store/no-space', 'store/read-only')) return said;
  const reason = codeOf(thrown);
  const cause = { cause: thrown };
  if (/^(ENOTDIR|EEXIST)$/.test(reason)) return new LayoverError('store/place-no-folder', { folder }, cause);
  // Without a name of the system's it is no word of the disk's.
  if (reason === '') throw thrown;
  return new LayoverError('store/place-unusable', { folder, reason }, cause);
}

async function isLeftover(folder: string, leftovers: readonly PlaceName[]): Promise<boolean> {
  const own = leftovers.find((leftover) => path.resolve(leftover.folder) === path.resolve(folder));
  return own !== undefined && createStoreFolder(own.folder, own.placeId).isPresent();
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await fs.readdir(folder)).filter((name) => !systems.test(name));
  } catch (thrown) {
    if (isGone(thrown)) return [];
    throw thrown;
  }
}

/** Permissions as asked for say little of network drives and mount options: only writing tells. */
async function tryToWrite(folder: string): Promise<void> {
  let place = folder;
  for (; ; place = path.dirname(place)) {
    try {
      await fs.access(place);
      break;
    } catch (thrown) {
      if (!isGone(thrown) || place === path.dirname(place)) throw thrown;
    }
  }
  const trial = path.join(place, '.layover-trial');
  await fs.rm(await fs.mkdtemp(trial), { recursive: true });
}
