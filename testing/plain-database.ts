import SQLite from 'better-sqlite3';
import type { Database, Migration } from '../src/database/types.ts';

/** A real SQLite database without database/'s care for damage and backups; in memory unless a file is named. */
export function openPlainDatabase(migrations: readonly Migration[], file = ':memory:'): Database {
  const sql = new SQLite(file);
  sql.pragma('journal_mode = WAL');
  sql.pragma('synchronous = FULL');
  sql.pragma('secure_delete = ON');
  sql.exec('CREATE TABLE IF NOT EXISTS applied_migrations (id TEXT PRIMARY KEY)');
  const applied = new Set(sql.prepare('SELECT id FROM applied_migrations').pluck().all());
  for (const migration of migrations) {
    if (applied.has(migration.id)) continue;
    sql.transaction(() => {
      migration.up(sql);
      sql.prepare('INSERT INTO applied_migrations (id) VALUES (?)').run(migration.id);
    })();
  }
  return {
    sql,
    transaction: (work) => sql.transaction(work)(),
    flush: async () => {},
    backup: async () => {},
    close: () => {
      sql.close();
    },
  };
}
