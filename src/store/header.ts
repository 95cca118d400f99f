import fs from 'node:fs';
import { LayoverError } from '../shared/errors.ts';
import { FORMAT_VERSION, HEADER_BYTES, digestOf, fileSaltOf, versionOf } from './format.ts';

/** The file's header as it lies there; shorter where the file is. Throws what node:fs throws. */
function headerBytes(path: string): Buffer {
  const file = fs.openSync(path, 'r');
  try {
    const header = Buffer.alloc(HEADER_BYTES);
    return header.subarray(0, fs.readSync(file, header, 0, HEADER_BYTES, 0));
  } finally {
    fs.closeSync(file);
  }
}

/** What a row would know the file by. Throws what node:fs throws. */
export function headerDigestOf(path: string): Buffer {
  return digestOf(headerBytes(path));
}

/** Whether the file begins with the header that its row was made with. Throws what node:fs throws. */
export function readHeader(path: string, digest: Buffer): 'ok' | 'damaged' {
  return headerDigestOf(path).equals(digest) ? 'ok' : 'damaged';
}

/** Throws `store/damaged`, `store/unsupported-version`, or what node:fs throws. */
export function readFileSalt(path: string, digest: Buffer, trackId: string): Buffer {
  const header = headerBytes(path);
  if (!digestOf(header).equals(digest)) throw new LayoverError('store/damaged', { trackId });
  if (versionOf(header) !== FORMAT_VERSION) throw new LayoverError('store/unsupported-version', { trackId });
  return fileSaltOf(header);
}
