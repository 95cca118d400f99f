import fs from 'node:fs';
import type { ErrorCode } from '../../src/shared/errors.ts';
import type { Random } from '../rig/random.ts';
import { setImmutable } from '../rig/small-disk.ts';
import type { SmallDisk } from '../rig/small-disk.ts';

/** What happens to a folder, and is over later. */
export interface Trouble {
  readonly name: string;
  /** What the viewer may be told then. */
  readonly codes: readonly ErrorCode[];
  /** What is stored can be read meanwhile. */
  readonly isReadable: boolean;
  strike(): void;
  mend(): void;
}

export const full = (disk: SmallDisk, random: Random): Trouble => ({
  name: 'full',
  codes: ['store/no-space', 'download/no-room', 'database/full'],
  isReadable: true,
  strike: () => disk.fill(random.pick([0, 0, 4096, 20_000, 100_000, 400_000])),
  mend: disk.makeRoom,
});

export const readOnly = (folder: string): Trouble => ({
  name: 'read-only',
  codes: ['store/read-only'],
  isReadable: true,
  strike: () => setImmutable(folder, true),
  mend: () => setImmutable(folder, false),
});

/** The drive is pulled out: what has a file of it open goes on, as with any system's delayed writes. */
export const vanished = (folder: string): Trouble => ({
  name: 'vanished',
  codes: ['store/absent', 'store/place-gone'],
  isReadable: false,
  strike: () => fs.existsSync(folder) && fs.renameSync(folder, `${folder} (pulled out)`),
  mend() {
    if (!fs.existsSync(`${folder} (pulled out)`)) return;
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(`${folder} (pulled out)`, folder);
  },
});
