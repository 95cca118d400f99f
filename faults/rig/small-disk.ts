import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Why disks cannot be made to fail here, in words for who asked; undefined where they can. */
export const disksImpossible: string | undefined = (() => {
  if (process.platform !== 'linux') return 'needs Linux (a tmpfs of a few megabytes, immutable folders)';
  if (process.getuid?.() !== 0) return 'needs root (a tmpfs of a few megabytes, immutable folders)';
  return undefined;
})();

/** A disk of its own (tmpfs), small enough to be filled. */
export interface SmallDisk {
  readonly folder: string;
  /** Another program takes all but so many bytes. */
  fill(leftBytes: number): void;
  makeRoom(): void;
  unmount(): void;
}

const mounted = new Set<SmallDisk>();
let isWatching = false;

/** Nothing stays mounted after us, also not after Ctrl-C. */
function unmountAtEnd(): void {
  if (isWatching) return;
  isWatching = true;
  process.once('exit', () => [...mounted].forEach((disk) => disk.unmount()));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
}

export function mountSmallDisk(folder: string, sizeBytes: number): SmallDisk {
  unmountAtEnd();
  fs.mkdirSync(folder, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder]);
  const ballast = path.join(folder, 'another program.bin');
  const freeBytes = () => {
    const { bavail, bsize } = fs.statfsSync(folder);
    return bavail * bsize;
  };
  const disk: SmallDisk = {
    folder,
    fill(leftBytes) {
      for (let tooMany = freeBytes() - leftBytes; tooMany > 0; tooMany = freeBytes() - leftBytes) {
        // Whole pages are taken, whatever is asked for.
        const bytes = Math.floor(tooMany / 4096) * 4096;
        if (bytes === 0) break;
        fs.appendFileSync(ballast, Buffer.alloc(bytes, 'x'));
      }
    },
    makeRoom: () => fs.rmSync(ballast, { force: true }),
    unmount() {
      if (!mounted.delete(disk)) return;
      execFileSync('umount', ['--lazy', folder]);
    },
  };
  mounted.add(disk);
  return disk;
}

/** As a folder that nobody may write: binds root as well, and on ext4 also whoever has a file of it open. */
export function setImmutable(folder: string, isImmutable: boolean): void {
  if (!fs.existsSync(folder)) return;
  execFileSync('chattr', ['-R', isImmutable ? '+i' : '-i', folder]);
}
