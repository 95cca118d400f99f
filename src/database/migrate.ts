import fs from 'node:fs';
import type BetterSqlite3 from 'better-sqlite3';
import { z } from 'zod';
import { LayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import { publish } from './files.ts';
import type { DatabaseFiles } from './files.ts';
import type { Migration } from './types.ts';

const Applied = z.array(z.object({ id: z.string() }));

/**
 * Brings the schema forward: every migration that the database does not name yet, in the order given, each
 * in a transaction with its own record. A database with data is copied beside itself first.
 * Throws `database/newer` when it names migrations that this Layover does not know.
 */
export function migrate(
  sql: BetterSqlite3.Database,
  migrations: readonly Migration[],
  files: DatabaseFiles,
  log: Log,
): void {
  const known = new Set(migrations.map((migration) => migration.id));
  if (known.size !== migrations.length) throw new Error('two migrations have the same id');

  const applied = appliedIds(sql);
  const unknown = [...applied].filter((id) => !known.has(id));
  if (unknown.length > 0) throw new LayoverError('database/newer', { migrations: unknown.join(', ') });

  const pending = migrations.filter((migration) => !applied.has(migration.id));
  if (pending.length === 0) return;
  if (applied.size > 0) keepCopy(sql, files, applied.size);
  else sql.exec('CREATE TABLE IF NOT EXISTS database_migration (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID');

  const record = sql.prepare('INSERT INTO database_migration (id) VALUES (?)');
  for (const migration of pending) {
    sql
      .transaction(() => {
        migration.up(sql);
        record.run(migration.id);
      })
      .immediate();
    log.info('database/migrated', { migration: migration.id });
  }
}

function appliedIds(sql: BetterSqlite3.Database): Set<string> {
  const hasTable = sql.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'database_migration'").get();
  if (!hasTable) return new Set();
  return new Set(Applied.parse(sql.prepare('SELECT id FROM database_migration').all()).map((row) => row.id));
}

/** A copy through SQLite: reading the file beside an open connection would drop that connection's locks. */
function keepCopy(sql: BetterSqlite3.Database, files: DatabaseFiles, applied: number): void {
  const name = files.beforeMigration(applied);
  // There already: an earlier start was killed in the middle of this very step. That copy is the older one.
  if (fs.existsSync(name)) return;
  fs.rmSync(files.unfinished, { force: true });
  sql.prepare('VACUUM INTO ?').run(files.unfinished);
  publish(files.unfinished, name);
}
