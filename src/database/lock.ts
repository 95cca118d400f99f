import path from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { LayoverError } from '../shared/errors.ts';
import { codeOf } from './sqlite-errors.ts';

const LOCK_FILE = 'layover.lock';

/** A connection that nobody refers to is closed when memory is collected, and the lock would go with it. */
const held = new Set<BetterSqlite3.Database>();

export interface FolderLock {
  release(): void;
}

/**
 * Makes this process the only Layover on the folder, for as long as it lives. The lock is an exclusive
 * transaction on a database of its own that is never written: the operating system frees such a lock when the
 * process ends, however it ends, which a file with a process id in it cannot promise.
 * Throws `database/in-use`.
 */
export function takeFolderLock(folder: string): FolderLock {
  const sql = new BetterSqlite3(path.join(folder, LOCK_FILE), { timeout: 0 });
  try {
    sql.exec('BEGIN EXCLUSIVE');
  } catch (thrown) {
    sql.close();
    if (codeOf(thrown).startsWith('SQLITE_BUSY')) {
      throw new LayoverError('database/in-use', { folder }, { cause: thrown });
    }
    throw thrown;
  }
  held.add(sql);
  return {
    release() {
      held.delete(sql);
      sql.close();
    },
  };
}
