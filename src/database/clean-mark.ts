import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { syncFolder } from './files.ts';
import type { DatabaseFiles } from './files.ts';

/** SQLite's own header and the root of its schema. */
const FIRST_PAGE_BYTES = 4096;

/** Of the database file as it lies there; undefined while its log holds what the file does not. */
function fingerprintOf(files: DatabaseFiles): string | undefined {
  if (fs.existsSync(`${files.main}-wal`) && fs.statSync(`${files.main}-wal`).size > 0) return undefined;
  const file = fs.openSync(files.main, 'r');
  try {
    const { size, mtimeNs } = fs.fstatSync(file, { bigint: true });
    const page = Buffer.alloc(FIRST_PAGE_BYTES);
    fs.readSync(file, page, 0, page.length, 0);
    return `${size} ${mtimeNs} ${createHash('sha256').update(page).digest('hex')}\n`;
  } finally {
    fs.closeSync(file);
  }
}

/**
 * Whether the last run closed this very database in good order, so that it need not be read whole before it is
 * used. Asking takes the mark away, for good, before anything is written: a run that is killed leaves none.
 */
export function takeCleanMark(files: DatabaseFiles): boolean {
  if (!fs.existsSync(files.clean)) return false;
  const mark = fs.readFileSync(files.clean, 'latin1');
  const isClean = fs.existsSync(files.main) && mark === fingerprintOf(files);
  // Not rmSync, which gives a read-only folder no code.
  fs.unlinkSync(files.clean);
  syncFolder(files.folder);
  return isClean;
}

/** After the last connection was closed. A mark that cannot be written only costs time at the next start. */
export function leaveCleanMark(files: DatabaseFiles): void {
  try {
    const fingerprint = fingerprintOf(files);
    if (fingerprint === undefined) return;
    const file = fs.openSync(files.clean, 'w');
    try {
      fs.writeSync(file, fingerprint);
      fs.fsyncSync(file);
    } finally {
      fs.closeSync(file);
    }
  } catch {
    // Half of one matches nothing.
  }
}
