import BetterSqlite3 from 'better-sqlite3';
import { z } from 'zod';
import { databaseOf } from '../rig/stored.ts';
import type { Place } from '../rig/device.ts';
import type { Random } from '../rig/random.ts';

const tables = ['store_track', 'store_segment', 'store_reservation', 'store_verification'] as const;
type Table = (typeof tables)[number];
const Value = z.union([z.bigint(), z.string(), z.instanceof(Buffer), z.null()]);
type Value = z.infer<typeof Value>;
type Row = Record<string, Value>;
const keys: Record<Table, readonly string[]> = {
  store_track: ['track'],
  store_segment: ['track', 'segment'],
  store_reservation: ['track'],
  store_verification: ['track'],
};

/** Damages one row of the store's index, while no engine has the database open. Says what it did. */
export function rotRow(place: Place, random: Random): string | undefined {
  const sql = new BetterSqlite3(databaseOf(place), { fileMustExist: true });
  try {
    sql.defaultSafeIntegers(true);
    // What rots does not ask whether the rest still fits.
    sql.pragma('foreign_keys = OFF');
    for (let tries = 0; tries < 20; tries += 1) {
      try {
        const done = random.pick([flip, flip, flip, flip, swapValues, drop])(sql, random);
        if (done) return done;
      } catch (thrown) {
        // A constraint of SQLite's own forbids this one: what lies in a database never breaks it.
        if (!(thrown instanceof BetterSqlite3.SqliteError)) throw thrown;
      }
    }
    return undefined;
  } finally {
    sql.close();
  }
}

function rowsOf(sql: BetterSqlite3.Database, table: Table): Row[] {
  return z.array(z.record(z.string(), Value)).parse(sql.prepare(`SELECT * FROM ${table}`).all());
}

function chooseTable(random: Random): Table {
  return random.pick(['store_track', 'store_track', 'store_segment', 'store_segment', ...tables]);
}

const isKey = (table: Table) => keys[table].map((name) => `"${name}" IS @old_${name}`).join(' AND ');

function write(sql: BetterSqlite3.Database, table: Table, row: Row, column: string, value: Value): boolean {
  const old = Object.fromEntries(keys[table].map((name) => [`old_${name}`, row[name] ?? null]));
  const statement = sql.prepare(`UPDATE ${table} SET "${column}" = @value WHERE ${isKey(table)}`);
  return statement.run({ ...old, value }).changes > 0;
}

function flipped(value: Value, random: Random): Value {
  if (value === null) return BigInt(random.below(2 ** 31));
  if (typeof value === 'bigint') return value ^ (1n << BigInt(random.below(63)));
  // Within ASCII, so that it stays text.
  const bytes = Buffer.from(value as string);
  if (bytes.length === 0) return value;
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(typeof value === 'string' ? 7 : 8));
  return typeof value === 'string' ? bytes.toString('latin1') : bytes;
}

function flip(sql: BetterSqlite3.Database, random: Random): string | undefined {
  const table = chooseTable(random);
  const [row] = random.shuffle(rowsOf(sql, table));
  const [column] = random.shuffle(Object.keys(row ?? {}));
  if (!row || !column) return undefined;
  const value = flipped(row[column] ?? null, random);
  return write(sql, table, row, column, value) ? `a bit of ${table}.${column}` : undefined;
}

/** The values of one column of two rows, or two whole segment rows. */
function swapValues(sql: BetterSqlite3.Database, random: Random): string | undefined {
  const table = chooseTable(random);
  const [one, other] = random.shuffle(rowsOf(sql, table));
  if (!one || !other) return undefined;
  const columns = Object.keys(one).filter((name) => !keys[table].includes(name) && name !== 'trackId');
  const swapped = random.chance(0.5) ? columns : random.shuffle(columns).slice(0, 1);
  sql.transaction(() => {
    for (const column of swapped) {
      write(sql, table, one, column, other[column] ?? null);
      write(sql, table, other, column, one[column] ?? null);
    }
  })();
  return `${swapped.join(', ')} of two rows of ${table} swapped`;
}

function drop(sql: BetterSqlite3.Database, random: Random): string | undefined {
  const table = chooseTable(random);
  const [row] = random.shuffle(rowsOf(sql, table));
  if (!row) return undefined;
  const old = Object.fromEntries(keys[table].map((name) => [`old_${name}`, row[name] ?? null]));
  sql.prepare(`DELETE FROM ${table} WHERE ${isKey(table)}`).run(old);
  return `a row of ${table} lost`;
}
