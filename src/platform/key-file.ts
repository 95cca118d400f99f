import { randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** The file's bytes; null when there is no such file. */
export async function readIfThere(file: string): Promise<Uint8Array | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/**
 * Makes a file that only its owner may read, whole or not at all, unless there is one already; gives what
 * the file holds afterwards. So two starts at the same time agree on one key, and a kill in the middle
 * leaves no half key behind.
 */
export async function createOnce(file: string, bytes: Uint8Array): Promise<Uint8Array> {
  const draft = await writeDraft(file, bytes);
  try {
    await link(draft, file);
  } catch (error) {
    // File systems without hard links (exFAT): the rename is still whole, only not exclusive.
    if (isCode(error, 'EPERM', 'ENOTSUP', 'ENOSYS', 'EINVAL')) await rename(draft, file);
    else if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(file);
}

/** Replaces a file in one step; readable by its owner alone. */
export async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  await rename(await writeDraft(file, bytes), file);
}

/** Keeps a file that cannot be used, under another name, for whoever looks into it. */
export async function setAside(file: string): Promise<void> {
  await rename(file, `${file}.${randomUUID().slice(0, 8)}.unusable`);
}

/** Takes the file away from everybody but its owner. Windows keeps its own rules in the profile folder. */
export async function restrictToOwner(file: string): Promise<void> {
  if (process.platform !== 'win32') await chmod(file, 0o600);
}

async function writeDraft(file: string, bytes: Uint8Array): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
