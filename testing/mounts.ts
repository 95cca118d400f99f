import { execFileSync, spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

/** Why disks cannot be mounted here, in words for a skipped test; undefined where they can. */
export const mountsImpossible: string | undefined = (() => {
  if (process.platform !== 'linux') return 'not run: needs Linux (a tmpfs of a few megabytes)';
  if (process.getuid?.() !== 0) return 'not run: needs root (a tmpfs of a few megabytes)';
  return undefined;
})();

export interface SmallDisk {
  readonly folder: string;
  /** Resolves once nobody has a file of it open for writing any more. */
  makeReadOnly(): Promise<void>;
}

/** A disk of its own of so many bytes, unmounted when the test ends. */
export function mountSmallDisk(sizeBytes: number): SmallDisk {
  const folder = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return {
    folder,
    makeReadOnly: () =>
      until(() => spawnSync('mount', ['-o', 'remount,ro', folder], { stdio: 'ignore' }).status === 0),
  };
}
