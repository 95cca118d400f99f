import { LayoverError } from '../shared/errors.ts';

/** "SQLITE_FULL", "ENOSPC", … of whatever was thrown by SQLite or by node:fs. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}

/** The file is not (any more) a database. */
export function isCorrupt(thrown: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(thrown));
}

/** A transaction found no room on the disk; it was rolled back. */
export function isDiskFull(thrown: unknown): boolean {
  return ['SQLITE_FULL', 'ENOSPC', 'EDQUOT'].includes(codeOf(thrown));
}

/** The folder or file may be read, or not even that, but not written. */
export function isUnwritable(thrown: unknown): boolean {
  return /^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|EACCES$|EPERM$|EROFS$|ENOTDIR$|EEXIST$)/.test(
    codeOf(thrown),
  );
}

/** What opening may throw, in the register's words; what it does not know goes through unchanged. */
export function openingError(thrown: unknown, folder: string): unknown {
  if (thrown instanceof LayoverError) return thrown;
  if (isUnwritable(thrown) || isDiskFull(thrown))
    return new LayoverError('database/unwritable', { folder }, { cause: thrown });
  return thrown;
}
