import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export interface Drive {
  readonly folder: string;
  /** False where this user may not mount anything. */
  readonly isSmall: boolean;
  readonly remove: () => void;
}

/** A drive beside the machine's own, of so many bytes where this user may mount one; else a folder, as large as its disk. */
export function mountDrive(sizeBytes: number): Drive {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'layover-drive-'));
  const isSmall = process.platform === 'linux' && process.getuid?.() === 0;
  if (isSmall) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder]);
  return {
    folder,
    isSmall,
    remove() {
      if (isSmall) execFileSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
