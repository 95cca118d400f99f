import { codeOf, isDiskFull } from '../database/sqlite-errors.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';

/**
 * What the disk said, in the register's words; anything else goes through unchanged. An input/output error
 * counts as `store/missing`: that is what a drive says that was pulled out, and then nothing may be forgotten.
 */
export function diskError(thrown: unknown, at: { folder: string; neededBytes: Bytes }): unknown {
  if (thrown instanceof LayoverError) return thrown;
  const cause = { cause: thrown };
  if (isDiskFull(thrown)) return new LayoverError('store/no-space', { neededBytes: at.neededBytes }, cause);
  const code = codeOf(thrown);
  if (/^(EROFS|EACCES|EPERM)$|^SQLITE_READONLY/.test(code)) {
    return new LayoverError('store/read-only', { folder: at.folder }, cause);
  }
  if (/^(ENOENT|ENOTDIR|ENODEV|ENXIO|EIO)$/.test(code)) {
    return new LayoverError('store/missing', { folder: at.folder }, cause);
  }
  return thrown;
}
