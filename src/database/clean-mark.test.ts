import fs from 'node:fs';
import path from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { takeCleanMark } from './clean-mark.ts';
import { filesIn } from './files.ts';
import { openDatabase } from './open.ts';
import type { Migration } from './types.ts';

const notes: Migration = {
  id: 'test/001-notes',
  up: (sql) => sql.exec('CREATE TABLE note (text TEXT NOT NULL) STRICT'),
};
function open(folder: string) {
  const { database, notices } = openDatabase({ folder, migrations: [notes], log: createRecordingLog() });
  let isOpen = true;
  const close = () => {
    if (isOpen) database.close();
    isOpen = false;
  };
  onTestFinished(close);
  const add = database.sql.prepare('INSERT INTO note (text) VALUES (?)');
  return { database, notices, close, add: (text: string) => void add.run(text) };
}
function closedFolder(): string {
  const folder = temporaryFolder();
  const { add, close } = open(folder);
  for (let n = 0; n < 200; n += 1) add(`${n} ${'.'.repeat(400)}`);
  close();
  return folder;
}
const markIn = (folder: string) => path.join(folder, 'layover.db.clean');

it('is left by a close in good order, and holds for one start', () => {
  const folder = closedFolder();
  const files = filesIn(folder);
  expect(fs.existsSync(markIn(folder))).toBe(true);
  expect(takeCleanMark(files)).toBe(true);
  expect(takeCleanMark(files)).toBe(false);
});

it('is gone while the database is open, so that a kill leaves none', () => {
  const folder = closedFolder();
  const { add } = open(folder);
  add('while open');
  expect(fs.existsSync(markIn(folder))).toBe(false);
});

it('does not speak for a file that was changed, replaced, or has a log that is not written back', () => {
  const changes: ((file: string) => void)[] = [
    (file) => fs.appendFileSync(file, 'x'),
    (file) => {
      const bytes = fs.readFileSync(file);
      bytes[20_000]! ^= 1;
      fs.writeFileSync(file, bytes);
    },
    (file) => fs.utimesSync(file, 1, 1),
    (file) => fs.writeFileSync(`${file}-wal`, 'a log'),
    (file) => fs.rmSync(file),
  ];
  for (const [n, change] of changes.entries()) {
    const folder = closedFolder();
    change(path.join(folder, 'layover.db'));
    expect(takeCleanMark(filesIn(folder)), `change ${n}`).toBe(false);
  }
});

it('is not left once a backup found damage: the next start reads all and brings the last good copy back', async () => {
  const folder = closedFolder();
  const first = open(folder);
  await first.database.backup();
  first.close();
  const file = path.join(folder, 'layover.db');
  // A page goes bad while the computer is off: nothing tells, not even the time of the file.
  const { atime, mtime } = fs.statSync(file);
  const bytes = fs.readFileSync(file);
  bytes.fill(0xa5, 4096 * 5, 4096 * 6);
  fs.writeFileSync(file, bytes);
  fs.utimesSync(file, atime, mtime);
  const { size, mtimeNs } = fs.statSync(file, { bigint: true });
  const mark = fs.readFileSync(markIn(folder), 'latin1').trim().split(' ');
  fs.writeFileSync(markIn(folder), `${size} ${mtimeNs} ${mark[2]}\n`);

  const second = open(folder);
  expect(second.notices).toEqual([]);
  await expect(second.database.backup()).rejects.toThrow(
    expect.objectContaining({ code: 'database/corrupt' }),
  );
  second.close();
  expect(fs.existsSync(markIn(folder))).toBe(false);
  const third = open(folder);
  expect(third.notices.map(({ details }) => details.restored)).toEqual(['backup']);
  expect(third.database.sql.prepare('SELECT count(*) FROM note').pluck().get()).toBe(200);
});

it('room that is given up leaves the file, also of a database that was made before that was asked for', () => {
  const folder = temporaryFolder();
  const old = new BetterSqlite3(path.join(folder, 'layover.db'));
  old.exec('CREATE TABLE note (text TEXT NOT NULL) STRICT');
  old.exec('CREATE TABLE database_migration (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID');
  old.exec("INSERT INTO database_migration VALUES ('test/001-notes')");
  old.close();
  const { database, add, close } = open(folder);
  for (let n = 0; n < 500; n += 1) add('.'.repeat(1000));
  close();
  const sizeBytes = () => fs.statSync(path.join(folder, 'layover.db')).size;
  const before = sizeBytes();
  const again = open(folder);
  expect(again.database.sql.pragma('auto_vacuum', { simple: true })).toBe(2);
  again.database.sql.exec('DELETE FROM note; PRAGMA incremental_vacuum');
  again.close();
  expect(sizeBytes()).toBeLessThan(before / 10);
  expect(database.sql.open).toBe(false);
});
