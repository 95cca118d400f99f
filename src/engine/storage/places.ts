import path from 'node:path';
import type { StoragePlace } from '../../shared/downloads.ts';
import type { Platform } from '../../shared/platform.ts';
import type { PlaceReport, Store } from '../../store/types.ts';

/** What a folder of ours is called on a drive that holds other things too. */
const OWN_FOLDER = 'Layover';

/** Folders worth proposing: where downloads lie, the usual place, and one on each drive that can be written to. */
export async function placesFor(
  store: Pick<Store, 'folder' | 'inspect'>,
  platform: Pick<Platform, 'paths' | 'otherDrives'>,
): Promise<StoragePlace[]> {
  const drives = (await platform.otherDrives?.()) ?? [];
  const folders = [
    store.folder,
    platform.paths.downloads,
    ...drives.map((drive) => path.join(drive, OWN_FOLDER)),
  ];
  const unique = [...new Set(folders.map((folder) => path.resolve(folder)))];
  return Promise.all(unique.map(async (folder) => placeOf(await store.inspect(folder))));
}

/** A folder that is somebody's own is not emptied for us: what we need lies in one of ours inside it. */
export async function ownFolderIn(store: Pick<Store, 'inspect'>, folder: string): Promise<string> {
  const { problem } = await store.inspect(folder);
  return problem?.code === 'store/place-not-empty' ? path.join(folder, OWN_FOLDER) : folder;
}

export function placeOf({ problem, ...report }: PlaceReport): StoragePlace {
  return { ...report, problem: problem?.toValue() ?? null };
}
