import { constants } from 'node:fs';
import { copyFile, mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { LayoverError } from '../shared/errors.ts';

/** The text of a file, or undefined where there is none. Errors: `database/unwritable`. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return undefined;
    throw unusable(file, thrown);
  }
}

/** After a power cut there is the old content or the new one, whole. Errors: `database/unwritable`. */
export async function writeDurably(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`;
  try {
    await mkdir(path.dirname(file), { recursive: true });
    // A leftover of a crash may carry wider permissions than the mode below gives to a new file.
    await rm(temporary, { force: true });
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(path.dirname(file));
  } catch (thrown) {
    throw unusable(file, thrown);
  }
}

/**
 * Keeps a copy as `<file>.unreadable-<n>`. A copy and not a move: until the new file replaces the old one by
 * a rename, a crash leaves things as they were, and the next start tells the viewer again.
 */
export async function setAside(file: string): Promise<void> {
  for (let n = 1; ; n++) {
    try {
      return await copyFile(file, `${file}.unreadable-${n}`, constants.COPYFILE_EXCL);
    } catch (thrown) {
      if (codeOf(thrown) !== 'EEXIST') throw unusable(file, thrown);
    }
  }
}

/** What `setAside` kept, latest first. */
export async function asides(file: string): Promise<{ text: string }[]> {
  const prefix = `${path.basename(file)}.unreadable-`;
  const names = await readdir(path.dirname(file)).catch(() => []);
  const numbers = names
    .filter((name) => name.startsWith(prefix) && /^\d{1,9}$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => b - a);
  const texts = await Promise.all(numbers.map((n) => readIfThere(`${file}.unreadable-${n}`)));
  return texts.flatMap((text) => (text === undefined ? [] : [{ text }]));
}

/** Makes the rename itself durable. Windows cannot open a folder, and needs no such thing. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
}

function unusable(file: string, cause: unknown): LayoverError {
  return new LayoverError('database/unwritable', { folder: path.dirname(file) }, { cause });
}
