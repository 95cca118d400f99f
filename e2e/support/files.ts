import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Of something that was there a moment ago; undefined: it is gone. Programs that run come and go with their files. */
export async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Every file below the folder, by its path. `leftOut`: names of folders that are not looked into. */
export async function* filesBelow(folder: string, leftOut: readonly string[] = []): AsyncGenerator<string> {
  for (const entry of (await ifThere(readdir(folder, { withFileTypes: true }))) ?? []) {
    const at = path.join(folder, entry.name);
    if (entry.isFile()) yield at;
    else if (entry.isDirectory() && !leftOut.includes(entry.name)) yield* filesBelow(at, leftOut);
  }
}
