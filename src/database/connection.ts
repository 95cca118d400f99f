import fs from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import type { Log } from '../shared/platform.ts';
import { codeOf, isCorrupt } from './sqlite-errors.ts';

const BUSY_TIMEOUT_MS = 5_000;

/** Opens a database file with the settings that every connection of Layover has, and proves it writable. */
export function connect(file: string): BetterSqlite3.Database {
  const sql = new BetterSqlite3(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    // Can be chosen only before there is anything in it; an older one is rewritten once (see `compact`).
    if (sql.pragma('page_count', { simple: true }) === 0) sql.pragma('auto_vacuum = INCREMENTAL');
    sql.pragma('journal_mode = WAL');
    sql.pragma('synchronous = FULL');
    // macOS: fsync alone leaves data in the drive's cache.
    sql.pragma('fullfsync = ON');
    sql.pragma('checkpoint_fullfsync = ON');
    sql.pragma('foreign_keys = ON');
    // What is deleted (wrapped keys) is overwritten with zeros, not just unlinked from its page.
    sql.pragma('secure_delete = ON');
    sql.exec('BEGIN IMMEDIATE; ROLLBACK');
    return sql;
  } catch (thrown) {
    sql.close();
    throw thrown;
  }
}

const [OFF, NORMAL] = [0, 1];
const synchronous = (sql: BetterSqlite3.Database) => Number(sql.pragma('synchronous', { simple: true }));

/** Runs work, a transaction, whose end does not wait for the disk: `flushLog` makes it durable. */
export function withoutWaiting<T>(sql: BetterSqlite3.Database, work: () => T): T {
  const before = synchronous(sql);
  // Inside of another transaction that one decides.
  if (before <= NORMAL || sql.inTransaction) return work();
  sql.pragma(`synchronous = ${NORMAL}`);
  try {
    return work();
  } finally {
    sql.pragma(`synchronous = ${before}`);
  }
}

/** Writes SQLite's log back, so that its room is used again; false: nothing of that was possible. */
export function rewindLog(sql: BetterSqlite3.Database): boolean {
  try {
    sql.pragma('wal_checkpoint(RESTART)');
    return true;
  } catch {
    // Full as well: the file itself would have to grow.
    return false;
  }
}

/**
 * Syncs SQLite's log as a commit does, but beside this thread. By a handle of its own: closing it costs SQLite none of
 * its locks, which lie on the other two files.
 */
export async function flushLog(sql: BetterSqlite3.Database): Promise<void> {
  if (synchronous(sql) === OFF) return;
  const handle = await fs.promises.open(`${sql.name}-wal`, 'r+');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/**
 * Lets the file shrink when things are removed. A database that was made before that was asked for is rewritten, once;
 * on a disk that has no room for it, at a later start.
 */
export function compact(sql: BetterSqlite3.Database, log: Log): void {
  const INCREMENTAL = 2;
  if (sql.pragma('auto_vacuum', { simple: true }) === INCREMENTAL) return;
  try {
    sql.pragma('auto_vacuum = INCREMENTAL');
    sql.exec('VACUUM');
  } catch (thrown) {
    log.warn('database/not-compacted', { reason: codeOf(thrown) });
  }
}

/**
 * Whether the file is a sound database. `quick_check` reads every page and row but does not compare indexes
 * with tables; a missing or empty file is not sound.
 */
export function isSound(file: string): boolean {
  if (!fs.existsSync(file) || fs.statSync(file).size === 0) return false;
  let sql: BetterSqlite3.Database | undefined;
  try {
    sql = new BetterSqlite3(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    return sql.pragma('quick_check(1)', { simple: true }) === 'ok';
  } catch (thrown) {
    // SQLITE_ERROR: "unsupported file format", a header field that no SQLite has ever written.
    if (isCorrupt(thrown) || codeOf(thrown) === 'SQLITE_ERROR') return false;
    throw thrown;
  } finally {
    sql?.close();
  }
}
