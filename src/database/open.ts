import fs from 'node:fs';
import type BetterSqlite3 from 'better-sqlite3';
import { isLayoverError } from '../shared/errors.ts';
import type { LayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import { writeBackup } from './backup.ts';
import { leaveCleanMark, takeCleanMark } from './clean-mark.ts';
import { compact, connect, flushLog, rewindLog, withoutWaiting } from './connection.ts';
import { filesIn } from './files.ts';
import type { DatabaseFiles } from './files.ts';
import { takeFolderLock } from './lock.ts';
import type { FolderLock } from './lock.ts';
import { migrate } from './migrate.ts';
import { createReserve, TO_REMOVE_BYTES, TO_WATCH_BYTES } from './reserve.ts';
import type { Reserve } from './reserve.ts';
import { restoreIfDamaged } from './restore.ts';
import { isCorrupt, isDiskFull, openingError } from './sqlite-errors.ts';
import type { Database, Migration, OpenedDatabase, TransactionOptions } from './types.ts';

/**
 * Opens (or makes) `layover.db` in the folder, whole and with the newest schema.
 *
 * Throws `database/in-use` (another process has the folder), `database/unwritable`, `database/newer`. A
 * damaged file is no error: it is set aside, the last backup or a fresh database takes its place, and the
 * answer carries the notice `database/corrupt`.
 */
export function openDatabase(options: {
  folder: string;
  migrations: readonly Migration[];
  log: Log;
}): OpenedDatabase {
  const { folder, migrations, log } = options;
  const files = filesIn(folder);
  let lock: FolderLock | undefined;
  try {
    fs.mkdirSync(folder, { recursive: true });
    lock = takeFolderLock(folder);
    // To read all of it takes as long as the library is large: only after an end that was not in order.
    const notices: LayoverError[] = takeCleanMark(files) ? [] : restoreIfDamaged(files, log);
    const sql = connect(files.main);
    try {
      migrate(sql, migrations, files, log);
      compact(sql, log);
    } catch (thrown) {
      sql.close();
      throw thrown;
    }
    const reserves = {
      toRemove: createReserve(files.reserve, TO_REMOVE_BYTES, log),
      toWatch: createReserve(files.reserveToWatch, TO_WATCH_BYTES, log),
    };
    for (const reserve of Object.values(reserves)) reserve.refill();
    return { database: databaseOf(sql, files, reserves, lock), notices };
  } catch (thrown) {
    lock?.release();
    throw openingError(thrown, folder);
  }
}

function databaseOf(
  sql: BetterSqlite3.Database,
  files: DatabaseFiles,
  reserves: { toRemove: Reserve; toWatch: Reserve },
  lock: FolderLock,
): Database {
  let runningBackup: Promise<void> | undefined;
  /** Something was found wrong with it: the next start reads all of it and restores what is broken. */
  let isDoubtful = false;
  const reserveFor = ({ freesSpace, isToWatch }: TransactionOptions = {}) =>
    freesSpace ? reserves.toRemove : isToWatch ? reserves.toWatch : undefined;
  return {
    sql,
    transaction(work, options) {
      // Immediate: a transaction that reads first and then writes could otherwise fail half-way as busy.
      const commit = () => sql.transaction(work).immediate();
      const run = () => (options?.isFlushedLater ? withoutWaiting(sql, commit) : commit());
      try {
        return run();
      } catch (thrown) {
        if (isCorrupt(thrown)) isDoubtful = true;
        const reserve = reserveFor(options);
        if (!reserve || sql.inTransaction || !isDiskFull(thrown)) throw thrown;
        for (const makeRoom of [() => rewindLog(sql), () => reserve.spend()]) {
          if (!makeRoom()) continue;
          try {
            return run();
          } catch (again) {
            if (!isDiskFull(again)) throw again;
          }
        }
        throw thrown;
      }
    },
    flush: () => flushLog(sql),
    backup() {
      runningBackup ??= writeBackup(sql, files)
        .catch((thrown: unknown) => {
          // The copy has every page of it.
          if (isLayoverError(thrown, 'database/corrupt') || isCorrupt(thrown)) isDoubtful = true;
          throw thrown;
        })
        .finally(() => {
          runningBackup = undefined;
          for (const reserve of Object.values(reserves)) reserve.refill();
        });
      return runningBackup;
    },
    close() {
      sql.close();
      if (!isDoubtful) leaveCleanMark(files);
      lock.release();
    },
  };
}
