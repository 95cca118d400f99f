import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startChild } from '../../testing/children/child.ts';
import { mountSmallDisk, mountsImpossible } from '../../testing/mounts.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { openDatabase } from './open.ts';

const notes = {
  id: 'test/001-note',
  up: (sql: { exec(text: string): unknown }) => void sql.exec('CREATE TABLE note (text TEXT NOT NULL)'),
};
function open(folder: string) {
  const opened = openDatabase({ folder, migrations: [notes], log: createRecordingLog() });
  onTestFinished(() => opened.database.close());
  return opened;
}

describe('two processes', () => {
  it('cannot have the same folder, until the first is killed', async () => {
    const folder = temporaryFolder();
    const first = startChild('open-database.ts', [folder]);
    await first.line((line) => line === 'open');
    expect(() => open(folder)).toThrow(expect.objectContaining({ code: 'database/in-use' }));
    await first.kill();
    open(folder);
    const second = startChild('open-database.ts', [folder]);
    await second.line((line) => line === 'database/in-use');
  });

  it('lose what a killed transaction wrote, and nothing else', async () => {
    const folder = temporaryFolder();
    const child = startChild('open-database.ts', [folder, 'write']);
    await child.line((line) => line === 'inside');
    await child.kill();
    const { database, notices } = open(folder);
    expect(notices).toEqual([]);
    expect(database.sql.prepare('SELECT text FROM note').pluck().all()).toEqual(['committed']);
  });
});

describe.skipIf(mountsImpossible)(`special disks (${mountsImpossible ?? 'tmpfs'})`, () => {
  it('says so when the folder is read-only, whether or not a database is there', async () => {
    const fresh = mountSmallDisk(1024 * 1024);
    await fresh.makeReadOnly();
    expect(() => open(fresh.folder)).toThrow(expect.objectContaining({ code: 'database/unwritable' }));

    const used = mountSmallDisk(8 * 1024 * 1024);
    open(used.folder).database.close();
    await used.makeReadOnly();
    expect(() => open(used.folder)).toThrow(expect.objectContaining({ code: 'database/unwritable' }));
  });

  it('can delete on a full disk, with the room set aside', () => {
    const { folder } = mountSmallDisk(8 * 1024 * 1024);
    const { database } = open(folder);
    const add = database.sql.prepare('INSERT INTO note VALUES (?)');
    for (let n = 0; n < 500; n += 1) add.run('x'.repeat(500));
    database.sql.pragma('wal_checkpoint(TRUNCATE)');
    const filler = fs.openSync(path.join(folder, 'filler'), 'w');
    onTestFinished(() => fs.closeSync(filler));
    expect(() => {
      for (;;) fs.writeSync(filler, Buffer.alloc(4096, 1));
    }).toThrow(/ENOSPC/);

    const remove = () => void database.sql.exec('DELETE FROM note');
    expect(() => database.transaction(remove)).toThrow(expect.objectContaining({ code: 'SQLITE_FULL' }));
    database.transaction(remove, { freesSpace: true });
    expect(database.sql.prepare('SELECT count(*) FROM note').pluck().get()).toBe(0);
  });
});
