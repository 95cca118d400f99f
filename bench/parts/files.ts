import { createCipheriv, createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

export interface MadeFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Files of noise, the same at each run, that nothing can compress: "<name>/0.m4s", "<name>/1.m4s" … */
export function makeFiles(
  folder: string,
  { name, count, sizeBytes }: { name: string; count: number; sizeBytes: number },
): MadeFile[] {
  fs.mkdirSync(path.join(folder, name), { recursive: true });
  const zeros = Buffer.alloc(sizeBytes);
  return Array.from({ length: count }, (_none, number) => {
    const file = `${name}/${number}.m4s`;
    const key = createHash('md5').update(file).digest();
    const bytes = createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(zeros);
    fs.writeFileSync(path.join(folder, file), bytes);
    return { path: file, sizeBytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  });
}

/** Removes everything in a folder that the last run wrote, so that the next starts from nothing. */
export function emptyFolder(folder: string): string {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  return folder;
}
