import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';

export interface MediaFile {
  readonly file: string;
  readonly sizeBytes: number;
  /** Strong, quotes included: media files are never changed in place, so size and time identify them. */
  readonly etag: string;
  readonly contentType: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.mpd': 'application/dash+xml',
  '.mp4': 'video/mp4',
  '.m4s': 'video/iso.segment',
  '.vtt': 'text/vtt; charset=utf-8',
};

/** A name of a folder or file: no dot in front, so neither "..", nor hidden files, nor an absolute path. */
const safeName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Finds what an OCA-relative path ("<videoId>/<renditionId>/<file>") names; undefined: nothing. */
export async function findMediaFile(mediaDir: string, relative: string): Promise<MediaFile | undefined> {
  const names = relative.split('/');
  if (names.length > 3 || !names.every((name) => safeName.test(name))) return undefined;
  const contentType = contentTypes[path.extname(relative)];
  if (!contentType) return undefined;
  const file = path.join(mediaDir, ...names);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const version = createHash('sha256').update(`${relative}|${found.size}|${found.mtimeMs}`).digest('hex');
  return { file, sizeBytes: found.size, etag: `"${version.slice(0, 32)}"`, contentType };
}
