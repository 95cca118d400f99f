import fs from 'node:fs';
import path from 'node:path';
import { LayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import { isSound } from './connection.ts';
import { publish, setAside } from './files.ts';
import type { DatabaseFiles } from './files.ts';

/**
 * Leaves a sound database under its name, or none, so that a fresh one is made. A damaged one is set aside,
 * never deleted, and the last good backup takes its place. May be killed anywhere and run again: a missing
 * database beside a backup means that it was.
 */
export function restoreIfDamaged(files: DatabaseFiles, log: Log): LayoverError[] {
  const hasBackup = fs.existsSync(files.backup);
  const hasMain = fs.existsSync(files.main);
  // Without a backup an empty file is what a kill in the very first start leaves: nothing was in it.
  if (!hasBackup && (!hasMain || fs.statSync(files.main).size === 0)) return [];
  if (hasMain && isSound(files.main)) return [];

  const aside = setAside(files, files.main);
  const restored = hasBackup && restoreBackup(files, log);
  const details = { setAside: path.basename(aside), restored: restored ? 'backup' : 'nothing' };
  log.error('database/corrupt', details);
  return [new LayoverError('database/corrupt', details)];
}

function restoreBackup(files: DatabaseFiles, log: Log): boolean {
  if (!isSound(files.backup)) {
    log.error('database/backup-corrupt', { setAside: path.basename(setAside(files, files.backup)) });
    return false;
  }
  fs.copyFileSync(files.backup, files.unfinished);
  publish(files.unfinished, files.main);
  return true;
}
