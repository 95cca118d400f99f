import SQLite from 'better-sqlite3';
import type { z } from 'zod';

/** Values of `@name` in a statement. */
export type Values = Record<string, string | number | null>;

/** One SQLite connection, and the only way to it: every row that comes out is parsed. */
export interface Sql {
  one<T>(row: z.ZodType<T>, text: string, values?: Values): T | undefined;
  all<T>(row: z.ZodType<T>, text: string, values?: Values): T[];
  /** Number of rows changed. */
  run(text: string, values?: Values): number;
  /** All or nothing. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/**
 * Opens or makes the file and brings its tables up to date. Throws an error with a sentence for whoever runs
 * the service when the file is damaged or comes from a newer service.
 */
export function openSql(file: string, migrations: readonly string[]): Sql {
  const connection = new SQLite(file);
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = NORMAL');
    connection.pragma('foreign_keys = ON');
    migrate(connection, migrations);
  } catch (cause) {
    connection.close();
    const code = cause instanceof SQLite.SqliteError ? cause.code : '';
    if (code !== 'SQLITE_NOTADB' && !code.startsWith('SQLITE_CORRUPT')) throw cause;
    throw new Error(`${file} is damaged. Move it away, and the service makes a new one.`, { cause });
  }
  const prepared = new Map<string, SQLite.Statement>();
  const statement = (text: string): SQLite.Statement => {
    let known = prepared.get(text);
    if (!known) prepared.set(text, (known = connection.prepare(text)));
    return known;
  };
  return {
    one: (row, text, values = {}) => {
      const found = statement(text).get(values);
      return found === undefined ? undefined : row.parse(found);
    },
    all: (row, text, values = {}) =>
      statement(text)
        .all(values)
        .map((found) => row.parse(found)),
    run: (text, values = {}) => statement(text).run(values).changes,
    transaction: (work) => connection.transaction(work).immediate(),
    close: () => void connection.close(),
  };
}

function migrate(connection: SQLite.Database, migrations: readonly string[]): void {
  const done = Number(connection.pragma('user_version', { simple: true }));
  if (done > migrations.length) {
    throw new Error('The database belongs to a newer service. Update the service, or use another folder.');
  }
  migrations.slice(done).forEach((script, index) => {
    connection
      .transaction(() => {
        connection.exec(script);
        connection.pragma(`user_version = ${done + index + 1}`);
      })
      .immediate();
  });
}
