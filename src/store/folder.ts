import fsSync from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../database/sqlite-errors.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';
import { isGone } from './disk-error.ts';
import { HEADER_BYTES } from './format.ts';

const SUFFIX = '.sealed';
/** Tells an emptied track from a drive that is not there: a mount point without its drive is an empty folder. */
export const MARKER = 'layover-store.txt';
const MARKER_TEXT =
  'The .sealed files here are downloads of Layover. They are encrypted and only Layover on this computer\n' +
  'can play them. Remove them in Layover, not here. Without this file Layover takes the drive for absent.\n';
const PLACE = 'Place: ';

/** What a drive says that is not there any more, while its folder is still looked for. */
const NO_DRIVE = /^(ENODEV|ENXIO|ESTALE|ENOTCONN|EHOSTDOWN)$/;

/** The folder of sealed files: what lies there, not what is in it. */
export type StoreFolder = ReturnType<typeof createStoreFolder>;

/**
 * `placeId`: what its marker must say, so that another drive under the same name is not taken for this one; null
 * for the folder that the host gave, whose marker says nothing.
 */
export function createStoreFolder(folder: string, placeId: string | null) {
  const pathOf = (trackId: string) => path.join(folder, trackId + SUFFIX);
  const marker = path.join(folder, MARKER);
  const isOurs = (text: string) =>
    placeId === null ? !text.includes(PLACE) : text.includes(PLACE + placeId);
  /** Unreadable is not absent: what is there may come back by itself. */
  const isThereThough = (thrown: unknown) => !isGone(thrown) && !NO_DRIVE.test(codeOf(thrown));

  const isPresent = () => fs.readFile(marker, 'latin1').then(isOurs, isThereThough);

  async function sync(): Promise<void> {
    // Windows has no handle of a folder to sync; NTFS journals new names by itself.
    if (process.platform === 'win32') return;
    const handle = await fs.open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  }

  return {
    folder,
    placeId,
    pathOf,
    isPresent,
    /** As `isPresent`, for where an error is about to be told. */
    isPresentNow(): boolean {
      try {
        return isOurs(fsSync.readFileSync(marker, 'latin1'));
      } catch (thrown) {
        return isThereThough(thrown);
      }
    },
    sync,
    /** Makes the folder, if it is not there, and its marker; says whether it was not. */
    async make(): Promise<boolean> {
      const made = await fs.mkdir(folder, { recursive: true });
      const handle = await fs.open(marker, 'w');
      try {
        await handle.write(placeId === null ? MARKER_TEXT : `${MARKER_TEXT}${PLACE}${placeId}\n`);
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await sync();
      return made !== undefined;
    },
    /** The marker, after everything else; and the folder, when nothing of anybody's is left in it. */
    async unmake(removeFolder: boolean): Promise<void> {
      await fs.rm(marker, { force: true });
      if (removeFolder) await fs.rmdir(folder).catch(() => undefined);
    },
    /** Makes the folder for a first track; with tracks, or where it was moved to, it must be there. */
    async prepare(hasTracks: boolean): Promise<void> {
      if (await isPresent()) return;
      if (hasTracks || placeId !== null) throw new LayoverError('store/absent', { folder });
      await this.make();
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
        if (!isGone(thrown)) throw thrown;
      }
    },
    /** Of the disk that the folder is on, or will be. */
    async diskSpace(): Promise<{ freeBytes: Bytes; diskBytes: Bytes; device: number }> {
      for (let place = folder; ; place = path.dirname(place)) {
        try {
          const disk = await fs.statfs(place);
          const { dev } = await fs.stat(place);
          return { freeBytes: disk.bavail * disk.bsize, diskBytes: disk.blocks * disk.bsize, device: dev };
        } catch (thrown) {
          if (!isGone(thrown) || place === path.dirname(place)) throw thrown;
        }
      }
    },
  };
}
