import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { openDatabase } from './open.ts';
import type { Database, Migration } from './types.ts';

const notes: Migration = {
  id: 'test/001-notes',
  up: (sql) => sql.exec('CREATE TABLE note (text TEXT NOT NULL) STRICT'),
};
const stars: Migration = {
  id: 'test/002-stars',
  up: (sql) => sql.exec('ALTER TABLE note ADD COLUMN stars INTEGER NOT NULL DEFAULT 0'),
};

function open(folder: string, migrations: Migration[] = [notes]) {
  const log = createRecordingLog();
  const opened = openDatabase({ folder, migrations, log });
  onTestFinished(() => opened.database.close());
  return { ...opened, log };
}

const addNote = (database: Database, text: string) =>
  void database.sql.prepare('INSERT INTO note (text) VALUES (?)').run(text);
const notesIn = (database: Database) => database.sql.prepare('SELECT text FROM note').pluck().all();

/** A folder with a closed database of many pages, holding `texts` last. */
async function folderWith(texts: string[], backedUp: boolean) {
  const folder = temporaryFolder();
  const { database } = openDatabase({ folder, migrations: [notes], log: createRecordingLog() });
  database.transaction(() => {
    for (let n = 0; n < 200; n += 1) addNote(database, `filler ${n} ${'.'.repeat(400)}`);
    for (const text of texts) addNote(database, text);
  });
  if (backedUp) await database.backup();
  database.close();
  return folder;
}

describe('a sound folder', () => {
  it('makes the database, keeps what was written and says nothing', () => {
    const folder = path.join(temporaryFolder(), 'made', 'when needed');
    const first = open(folder);
    addNote(first.database, 'kept');
    first.database.close();
    const second = open(folder);
    expect(notesIn(second.database)).toEqual(['kept']);
    expect(second.notices).toEqual([]);
  });

  it('is durable and strict', () => {
    const { sql } = open(temporaryFolder()).database;
    expect(sql.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(sql.pragma('synchronous', { simple: true })).toBe(2);
    expect(sql.pragma('foreign_keys', { simple: true })).toBe(1);
    expect(sql.pragma('secure_delete', { simple: true })).toBe(1);
  });

  it('waits for the disk at the end of a transaction, or later where that is enough', async () => {
    const folder = temporaryFolder();
    const { database } = open(folder);
    const synchronous = () => database.sql.pragma('synchronous', { simple: true });
    const later = { isFlushedLater: true };
    expect(database.transaction(synchronous)).toBe(2);
    expect(database.transaction(synchronous, later)).toBe(1);
    expect(database.transaction(() => database.transaction(synchronous, later))).toBe(2);
    expect(() =>
      database.transaction(() => {
        throw new Error('no');
      }, later),
    ).toThrow('no');
    expect(synchronous()).toBe(2);
    database.transaction(() => addNote(database, 'soon'), later);
    expect(notesIn(database)).toEqual(['soon']);
    await database.flush();
    fs.rmSync(path.join(folder, 'layover.db-wal'));
    await expect(database.flush()).rejects.toThrow('ENOENT');
  });

  it('undoes a transaction that throws, and only the inner one of two', () => {
    const { database } = open(temporaryFolder());
    expect(() =>
      database.transaction(() => {
        addNote(database, 'undone');
        throw new Error('no');
      }),
    ).toThrow('no');
    database.transaction(() => {
      addNote(database, 'outer');
      expect(() =>
        database.transaction(() => {
          addNote(database, 'inner');
          throw new Error('no');
        }),
      ).toThrow('no');
    });
    expect(notesIn(database)).toEqual(['outer']);
  });

  it('takes the empty file of a first start that was killed for what it is', () => {
    const folder = temporaryFolder();
    fs.writeFileSync(path.join(folder, 'layover.db'), '');
    expect(open(folder).notices).toEqual([]);
  });
});

describe('migrations', () => {
  it('runs each once and keeps a copy of the data from before', () => {
    const folder = temporaryFolder();
    const old = open(folder);
    addNote(old.database, 'old');
    old.database.close();
    const { database } = open(folder, [notes, stars]);
    expect(database.sql.prepare('SELECT text, stars FROM note').all()).toEqual([{ text: 'old', stars: 0 }]);
    database.close();
    open(folder, [notes, stars]).database.close();

    const before = temporaryFolder();
    fs.copyFileSync(path.join(folder, 'layover.db.before-2'), path.join(before, 'layover.db'));
    expect(notesIn(open(before).database)).toEqual(['old']);
  });

  it('leaves no trace of one that fails', () => {
    const folder = temporaryFolder();
    open(folder).database.close();
    const failing: Migration = {
      id: 'test/002-fails',
      up(sql) {
        sql.exec('CREATE TABLE half (x TEXT)');
        throw new Error('half-way');
      },
    };
    expect(() => open(folder, [notes, failing])).toThrow('half-way');
    const { database } = open(folder, [notes, stars]);
    expect(database.sql.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").get()).toBeUndefined();
  });

  it('refuses a database with migrations it does not know, and leaves it alone', () => {
    const folder = temporaryFolder();
    open(folder, [notes, stars]).database.close();
    const before = fs.readFileSync(path.join(folder, 'layover.db'));
    expect(() => open(folder, [notes])).toThrow(expect.objectContaining({ code: 'database/newer' }));
    expect(fs.readFileSync(path.join(folder, 'layover.db'))).toEqual(before);
    open(folder, [notes, stars]);
  });
});

describe('a damaged database', () => {
  const damages: Record<string, (file: string) => void> = {
    'a header of zeros': (file) => overwrite(file, 0, Buffer.alloc(100)),
    'a page of noise': (file) => overwrite(file, 4096 * 3, Buffer.alloc(4096, 0xa5)),
    'half of the file': (file) => fs.truncateSync(file, Math.floor(fs.statSync(file).size / 8192) * 4096),
    'a torn page': (file) => fs.truncateSync(file, fs.statSync(file).size - 1000),
    'nothing left': (file) => fs.truncateSync(file),
    'another kind of file': (file) => fs.writeFileSync(file, 'This is not a database. '.repeat(1000)),
  };
  function overwrite(file: string, position: number, bytes: Buffer) {
    const handle = fs.openSync(file, 'r+');
    fs.writeSync(handle, bytes, 0, bytes.length, position);
    fs.closeSync(handle);
  }

  for (const [name, damage] of Object.entries(damages)) {
    it(`with ${name} is set aside and its backup restored`, async () => {
      const folder = await folderWith(['in the backup'], true);
      damage(path.join(folder, 'layover.db'));
      const damaged = fs.readFileSync(path.join(folder, 'layover.db'));
      const { database, notices } = open(folder);
      expect(notices.map((notice) => [notice.code, notice.details.restored])).toEqual([
        ['database/corrupt', 'backup'],
      ]);
      expect(notesIn(database)).toContain('in the backup');
      expect(fs.readFileSync(path.join(folder, 'layover.db.damaged-1'))).toEqual(damaged);
    });
  }

  it('is replaced by a fresh one where there is no backup, as often as it happens', async () => {
    const folder = await folderWith(['lost'], false);
    for (const number of [1, 2]) {
      fs.writeFileSync(path.join(folder, 'layover.db'), `broken ${number}`);
      const { database, notices } = open(folder);
      expect(notices[0]?.details).toEqual({ setAside: `layover.db.damaged-${number}`, restored: 'nothing' });
      expect(notesIn(database)).toEqual([]);
      database.close();
    }
    expect(fs.readFileSync(path.join(folder, 'layover.db.damaged-1'), 'utf8')).toBe('broken 1');
  });

  it('does not bring back a backup that is damaged too, and keeps both', async () => {
    const folder = await folderWith(['lost'], true);
    for (const name of ['layover.db', 'layover.db.backup']) fs.writeFileSync(path.join(folder, name), name);
    const { database, notices } = open(folder);
    expect(notices[0]?.details.restored).toBe('nothing');
    expect(notesIn(database)).toEqual([]);
    expect(fs.existsSync(path.join(folder, 'layover.db.backup.damaged-1'))).toBe(true);
  });

  it('is restored although a kill came between setting aside and restoring', async () => {
    const folder = await folderWith(['in the backup'], true);
    fs.renameSync(path.join(folder, 'layover.db'), path.join(folder, 'layover.db.damaged-1'));
    fs.writeFileSync(path.join(folder, 'layover.db.unfinished'), 'half a copy');
    const { database, notices } = open(folder);
    expect(notices).toHaveLength(1);
    expect(notesIn(database)).toContain('in the backup');
  });

  it('opens whatever single byte of the header is wrong', async () => {
    const good = await folderWith(['kept'], true);
    const restored: number[] = [];
    for (let position = 0; position < 100; position += 1) {
      const folder = temporaryFolder();
      for (const name of ['layover.db', 'layover.db.backup'])
        fs.copyFileSync(path.join(good, name), path.join(folder, name));
      const bytes = fs.readFileSync(path.join(folder, 'layover.db'));
      bytes[position]! ^= 0xff;
      fs.writeFileSync(path.join(folder, 'layover.db'), bytes);
      const { database, notices } = open(folder);
      expect(notesIn(database), `byte ${position}`).toContain('kept');
      if (notices.length > 0) restored.push(position);
      database.close();
    }
    expect(restored.length).toBeGreaterThan(20);
  });
});

describe('backup', () => {
  it('is consistent although writing goes on, and later ones replace it', async () => {
    const folder = await folderWith([], false);
    const { database } = open(folder);
    const running = database.backup();
    addNote(database, 'during');
    await running;
    await database.backup();
    database.close();
    fs.rmSync(path.join(folder, 'layover.db'));
    const again = open(folder);
    expect(notesIn(again.database)).toHaveLength(201);
  });
});

it('says that a folder under a file cannot be written', () => {
  const file = path.join(temporaryFolder(), 'a file');
  fs.writeFileSync(file, '');
  expect(() => open(path.join(file, 'folder'))).toThrow(
    expect.objectContaining({ code: 'database/unwritable' }),
  );
});
