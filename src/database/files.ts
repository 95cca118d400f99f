import fs from 'node:fs';
import path from 'node:path';

/** Names of everything that lies in the database's folder. */
export function filesIn(folder: string) {
  const main = path.join(folder, 'layover.db');
  return {
    folder,
    main,
    backup: `${main}.backup`,
    /** A copy in the making; worthless until it is renamed. */
    unfinished: `${main}.unfinished`,
    reserve: `${main}.reserve`,
    reserveToWatch: `${main}.reserve-to-watch`,
    /** Says that the last run closed the database in good order. */
    clean: `${main}.clean`,
    beforeMigration: (applied: number) => `${main}.before-${applied + 1}`,
    damaged: (base: string, number: number) => `${base}.damaged-${number}`,
  };
}
export type DatabaseFiles = ReturnType<typeof filesIn>;

/** SQLite's companions of a database file. The log first: left beside another file it would be replayed into it. */
const companions = ['-wal', '-shm', '-journal', ''];

/** Renames a database and its companions to the first free "<name>.damaged-<n>"; says which. */
export function setAside(files: DatabaseFiles, base: string): string {
  let number = 1;
  while (companions.some((suffix) => fs.existsSync(files.damaged(base, number) + suffix))) number += 1;
  const aside = files.damaged(base, number);
  for (const suffix of companions) {
    if (fs.existsSync(base + suffix)) fs.renameSync(base + suffix, aside + suffix);
  }
  return aside;
}

/** Gives a complete file its name, so that after a power cut it is there whole or not at all. */
export function publish(finished: string, name: string): void {
  const file = fs.openSync(finished, 'r+');
  try {
    fs.fsyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(finished, name);
  syncFolder(path.dirname(name));
}

/** Makes new and removed names durable. */
export function syncFolder(folder: string): void {
  // Windows has no handle of a folder to sync; NTFS journals renames by itself.
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
