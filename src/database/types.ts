import type BetterSqlite3 from 'better-sqlite3';
import type { LayoverError } from '../shared/errors.ts';

/** One step of the schema. Its `id` is never changed or used again once it has shipped. */
export interface Migration {
  /** "<folder>/<number>-<what>", e.g. "store/001-tracks". */
  readonly id: string;
  up(sql: BetterSqlite3.Database): void;
}

export interface TransactionOptions {
  /** The work removes things: on a full disk it is run again with the room that was set aside for that at start. */
  readonly freesSpace?: boolean;
  /** The work notes what is watched, which cannot be played without: the same, with room of its own. */
  readonly isToWatch?: boolean;
  /** Done at once for all who ask, but a power cut can take it back until `flush` has resolved; the thread does not wait for the disk. */
  readonly isFlushedLater?: boolean;
}

/**
 * The one SQLite database of a user. Folders own their tables and the migrations that make them; nobody
 * reads another folder's tables.
 */
export interface Database {
  readonly sql: BetterSqlite3.Database;
  /** All or nothing; nests (as savepoints). What must be in memory too is updated after it returns. */
  transaction<T>(work: () => T, options?: TransactionOptions): T;
  /** Makes durable all that was done. Rejects with what the disk says. */
  flush(): Promise<void>;
  /** Copies the database, consistent, beside itself; the copy is what a damaged database is restored from. */
  backup(): Promise<void>;
  close(): void;
}

export interface OpenedDatabase {
  readonly database: Database;
  /** What the viewer should know: `database/corrupt` after a restore. */
  readonly notices: LayoverError[];
}
