import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Layout } from './layout.ts';

/**
 * Unfinished work lies apart and is moved to its place when it is whole: a kill at any instant leaves nothing
 * half published, and the next start sweeps what it left.
 */

/** A fresh folder on the same file system as the data, named for the process that owns it. */
export async function makeWorkDir(layout: Layout): Promise<string> {
  const folder = path.join(layout.work, `${process.pid}-${randomBytes(6).toString('hex')}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Removes what processes that are gone left behind. */
export async function sweepWork(layout: Layout): Promise<void> {
  await mkdir(layout.work, { recursive: true });
  for (const name of await readdir(layout.work)) {
    const owner = Number(name.split('-', 1)[0]);
    if (owner !== process.pid && !isAlive(owner)) {
      await rm(path.join(layout.work, name), { recursive: true, force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    // Somebody else's process may not be signaled, but it is there.
    return (thrown as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Puts a whole folder in place of whatever incomplete thing stands there. */
export async function publishFolder(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  await rm(to, { recursive: true, force: true });
  await rename(from, to);
}

/** Readers see the old text or the new one, never a part. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, file);
}
