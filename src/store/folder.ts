import fs from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../database/sqlite-errors.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';
import { HEADER_BYTES } from './format.ts';

const SUFFIX = '.sealed';
/** Tells an emptied track from a drive that is not there: a mount point without its drive is an empty folder. */
const MARKER = 'layover-store.txt';
const MARKER_TEXT =
  'The .sealed files here are downloads of Layover. They are encrypted and only Layover on this computer\n' +
  'can play them. Remove them in Layover, not here. Without this file Layover takes the drive for absent.\n';

/** The folder of sealed files: what lies there, not what is in it. */
export type StoreFolder = ReturnType<typeof createStoreFolder>;

export function createStoreFolder(folder: string) {
  const pathOf = (trackId: string) => path.join(folder, trackId + SUFFIX);
  const marker = path.join(folder, MARKER);

  const isPresent = () =>
    fs.access(marker).then(
      () => true,
      () => false,
    );

  async function sync(): Promise<void> {
    // Windows has no handle of a folder to sync; NTFS journals new names by itself.
    if (process.platform === 'win32') return;
    const handle = await fs.open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  }

  return {
    folder,
    pathOf,
    isPresent,
    /** Makes the folder for a first track; with tracks it must be there, else `store/missing`. */
    async prepare(hasTracks: boolean): Promise<void> {
      if (await isPresent()) return;
      if (hasTracks) throw new LayoverError('store/missing', { folder });
      await fs.mkdir(folder, { recursive: true });
      await fs.writeFile(marker, MARKER_TEXT);
    },
    /** Track ids of the sealed files that are there. */
    async trackIds(): Promise<string[]> {
      const names = await fs.readdir(folder);
      return names.filter((name) => name.endsWith(SUFFIX)).map((name) => name.slice(0, -SUFFIX.length));
    },
    /** A durable file with only a header. One that has the name already belongs to no track and gives way. */
    async create(trackId: string, header: Buffer): Promise<void> {
      const handle = await fs.open(pathOf(trackId), 'w');
      try {
        await handle.write(header);
        await handle.datasync();
      } catch (thrown) {
        await fs.rm(pathOf(trackId), { force: true });
        throw thrown;
      } finally {
        await handle.close();
      }
      await sync();
    },
    /** Overwrites the file salt, without which even a copy of the wrapped key is dead, then unlinks. */
    async erase(trackId: string, noise: Uint8Array): Promise<void> {
      try {
        const handle = await fs.open(pathOf(trackId), 'r+');
        try {
          await handle.write(noise.subarray(0, HEADER_BYTES), 0, HEADER_BYTES, 0);
          await handle.datasync();
        } finally {
          await handle.close();
        }
        await fs.unlink(pathOf(trackId));
      } catch (thrown) {
        if (codeOf(thrown) !== 'ENOENT') throw thrown;
      }
    },
    /** Of the disk that the folder is on, or will be. */
    async freeBytes(hasTracks: boolean): Promise<Bytes> {
      if (hasTracks && !(await isPresent())) throw new LayoverError('store/missing', { folder });
      for (let place = folder; ; place = path.dirname(place)) {
        try {
          const disk = await fs.statfs(place);
          return disk.bavail * disk.bsize;
        } catch (thrown) {
          if (codeOf(thrown) !== 'ENOENT' || place === path.dirname(place)) throw thrown;
        }
      }
    },
  };
}
