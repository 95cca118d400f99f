import fs from 'node:fs';
import path from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { z } from 'zod';
import { migrations } from '../../src/engine/stages.ts';
import { databaseOf } from '../rig/stored.ts';
import type { Place } from '../rig/device.ts';
import type { Random } from '../rig/random.ts';

const Columns = z.array(z.object({ name: z.string() }));

/**
 * Takes the newest migration of some folders back, as if an earlier Layover had written this database: the
 * earlier schema is made by the earlier migrations, and keeps of each table what it knew. Says what it took back.
 */
export function downgrade(place: Place, random: Random): string[] {
  const folders = Map.groupBy(migrations, ({ id }) => id.split('/')[0] ?? '');
  const able = [...folders.values()].filter((own) => own.length > 1);
  const chosen = random.shuffle(able).slice(0, random.between(1, able.length));
  // The newest of each only: what an older one brought (the licenses, say) no earlier version could have kept.
  const dropped = chosen.flatMap((own) => own.slice(-1)).map(({ id }) => id);

  const file = databaseOf(place);
  const older = path.join(place.userData, 'older.db');
  const sql = new BetterSqlite3(older);
  sql.pragma('journal_mode = WAL');
  sql.exec('CREATE TABLE database_migration (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID');
  const record = sql.prepare('INSERT INTO database_migration (id) VALUES (?)');
  for (const { id, up } of migrations) {
    if (dropped.includes(id)) continue;
    up(sql);
    record.run(id);
  }
  const tablesOf = (schema: string) =>
    z.array(z.string()).parse(
      sql
        .prepare(
          `SELECT name FROM ${schema}.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
             AND sql NOT LIKE 'CREATE VIRTUAL%'`,
        )
        .pluck()
        .all(),
    );
  sql.pragma('foreign_keys = OFF');
  sql.prepare('ATTACH ? AS newer').run(file);
  const columns = (schema: string, table: string) =>
    Columns.parse(sql.pragma(`${schema}.table_info("${table}")`)).map(({ name }) => name);
  const shadows = /_(data|idx|content|docsize|config)$/;
  const newer = tablesOf('newer');
  for (const table of tablesOf('main')) {
    if (table === 'database_migration' || shadows.test(table) || !newer.includes(table)) continue;
    const common = columns('newer', table).filter((name) => columns('main', table).includes(name));
    const list = common.map((name) => `"${name}"`).join(', ');
    // Migrations may have put rows of their own there.
    sql.exec(`INSERT OR REPLACE INTO main."${table}" (${list}) SELECT ${list} FROM newer."${table}"`);
  }
  sql.exec('DETACH newer');
  sql.pragma('wal_checkpoint(TRUNCATE)');
  sql.close();
  for (const suffix of ['', '-wal', '-shm']) {
    fs.rmSync(file + suffix, { force: true });
    fs.rmSync(`${older}-wal`, { force: true });
    fs.rmSync(`${older}-shm`, { force: true });
  }
  fs.renameSync(older, file);
  return dropped;
}
