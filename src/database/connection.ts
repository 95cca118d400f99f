import fs from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { codeOf, isCorrupt } from './sqlite-errors.ts';

const BUSY_TIMEOUT_MS = 5_000;

/** Opens a database file with the settings that every connection of Layover has, and proves it writable. */
export function connect(file: string): BetterSqlite3.Database {
  const sql = new BetterSqlite3(file, { timeout: BUSY_TIMEOUT_MS });
  try {
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
