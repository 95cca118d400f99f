import fs from 'node:fs';
import type BetterSqlite3 from 'better-sqlite3';
import { LayoverError } from '../shared/errors.ts';
import { publish } from './files.ts';
import type { DatabaseFiles } from './files.ts';
import { isSoundMeanwhile } from './soundness.ts';

/**
 * Copies the open database in slices, so that the event loop goes on, and puts the copy in the place of the
 * last one only when it is complete and sound. Throws `database/corrupt` when it is not: then the earlier
 * backup is still the good one.
 */
export async function writeBackup(sql: BetterSqlite3.Database, files: DatabaseFiles): Promise<void> {
  fs.rmSync(files.unfinished, { force: true });
  await sql.backup(files.unfinished);
  if (!(await isSoundMeanwhile(files.unfinished)))
    throw new LayoverError('database/corrupt', { restored: 'nothing' });
  publish(files.unfinished, files.backup);
}
