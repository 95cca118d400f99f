import { codeOf, isDiskFull } from '../database/sqlite-errors.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';

/** What a drive says that is failing or was pulled out: nothing it says of files is to be believed. */
const DRIVE = /^(EIO|ENODEV|ENXIO|ESTALE|ETIMEDOUT|EHOSTDOWN|ENOTCONN|EBADF)$/;

/** Also of an error that was put into the register's words already. */
export const isDriveError = (thrown: unknown): boolean =>
  DRIVE.test(codeOf(thrown instanceof LayoverError ? thrown.cause : thrown));

/** It is the file or folder that is not there, and the drive says so itself. */
export const isGone = (thrown: unknown): boolean => /^(ENOENT|ENOTDIR)$/.test(codeOf(thrown));

/**
 * What the disk said, in the register's words; anything else goes through unchanged. `isPresent`: whether the
 * store's place is there at all. Only `store/missing` is about a download; `store/absent` and
 * `store/unreadable` are about the drive, and nothing may be forgotten for them.
 */
export function diskError(
  thrown: unknown,
  at: { folder: string; neededBytes: Bytes; isPresent: () => boolean },
): unknown {
  if (thrown instanceof LayoverError) return thrown;
  const cause = { cause: thrown };
  const { folder } = at;
  if (isDiskFull(thrown)) return new LayoverError('store/no-space', { neededBytes: at.neededBytes }, cause);
  if (isDriveError(thrown) || isGone(thrown)) {
    if (!at.isPresent()) return new LayoverError('store/absent', { folder }, cause);
    return new LayoverError(isGone(thrown) ? 'store/missing' : 'store/unreadable', { folder }, cause);
  }
  const code = codeOf(thrown);
  if (/^EROFS$|^SQLITE_READONLY/.test(code)) return new LayoverError('store/read-only', { folder }, cause);
  // Told of opening for reading and for writing alike: whoever wrote knows better.
  if (/^(EACCES|EPERM)$/.test(code)) return new LayoverError('store/unreadable', { folder }, cause);
  return thrown;
}

/** As `diskError`, for work that writes: without permission to write a folder is read-only. */
export function writeError(thrown: unknown, at: Parameters<typeof diskError>[1]): unknown {
  if (/^(EACCES|EPERM)$/.test(codeOf(thrown)))
    return new LayoverError('store/read-only', { folder: at.folder }, { cause: thrown });
  return diskError(thrown, at);
}
