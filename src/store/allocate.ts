import { spawn } from 'node:child_process';
import fs from 'node:fs/promises';
import type { Bytes } from '../shared/units.ts';

/**
 * Gives a file blocks of the disk for the bytes from `offset` on, without making it longer where that can be.
 * `unsupported`: this system or file system cannot, and nothing was taken. Throws what node:fs would.
 */
export type Allocate = (path: string, offset: Bytes, length: Bytes) => Promise<'allocated' | 'unsupported'>;

/** Node knows no fallocate(2): Linux has it in util-linux, and Windows allocates when a file grows. */
export const allocateOnThisSystem: Allocate = (path, offset, length) => {
  if (length <= 0) return Promise.resolve('allocated');
  if (process.platform === 'linux') return fallocate(path, offset, length);
  if (process.platform === 'win32') return grow(path, offset + length);
  return Promise.resolve('unsupported');
};

function fallocate(path: string, offset: Bytes, length: Bytes): Promise<'allocated' | 'unsupported'> {
  return new Promise((resolve, reject) => {
    const flags = ['--keep-size', '--offset', String(offset), '--length', String(length), path];
    // In English, so that its answer can be read.
    const child = spawn('fallocate', flags, {
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', () => resolve('unsupported'));
    child.on('close', (status) => {
      if (status === 0) return resolve('allocated');
      const code = codes.find(([, text]) => said.includes(text))?.[0];
      // Not supported, an old fallocate, no such program for it: free space is kept account of instead.
      if (code === undefined) return resolve('unsupported');
      reject(Object.assign(new Error(said.trim()), { code }));
    });
  });
}

const codes = [
  ['ENOSPC', 'No space left'],
  ['EDQUOT', 'quota exceeded'],
  ['EROFS', 'Read-only file system'],
  ['EACCES', 'Permission denied'],
  ['ENOENT', 'No such file'],
  ['EIO', 'Input/output error'],
] as const;

async function grow(path: string, size: Bytes): Promise<'allocated'> {
  const file = await fs.open(path, 'r+');
  try {
    if ((await file.stat()).size < size) await file.truncate(size);
    return 'allocated';
  } finally {
    await file.close();
  }
}
