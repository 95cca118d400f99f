import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { openDatabase } from './database.ts';
import { migrations } from './migrations.ts';
import { openSql } from './sql.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'layover-sql-'));
  file = path.join(folder, 'service.db');
});
afterEach(() => rm(folder, { recursive: true }));

const Row = z.object({ n: z.int() });

it('runs each migration once', () => {
  openSql(file, ['CREATE TABLE a (n INTEGER)', 'INSERT INTO a VALUES (1)']).close();
  const sql = openSql(file, [
    'CREATE TABLE a (n INTEGER)',
    'INSERT INTO a VALUES (1)',
    'INSERT INTO a VALUES (2)',
  ]);
  expect(sql.all(Row, 'SELECT n FROM a ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
  sql.close();
});

it('undoes a migration that fails', () => {
  expect(() => openSql(file, ['CREATE TABLE a (n INTEGER); INSERT INTO nothing VALUES (1)'])).toThrow(
    'nothing',
  );
  openSql(file, ['CREATE TABLE a (n INTEGER)']).close();
});

it('undoes a transaction that throws', () => {
  const sql = openSql(file, ['CREATE TABLE a (n INTEGER)']);
  const fail = () =>
    sql.transaction(() => {
      sql.run('INSERT INTO a VALUES (@n)', { n: 1 });
      throw new Error('no');
    });
  expect(fail).toThrow('no');
  expect(sql.all(Row, 'SELECT n FROM a')).toEqual([]);
  sql.close();
});

it('parses rows', () => {
  const sql = openSql(file, ["CREATE TABLE a (n TEXT); INSERT INTO a VALUES ('x')"]);
  expect(() => sql.one(Row, 'SELECT n FROM a')).toThrow(z.ZodError);
  sql.close();
});

it('says what to do with a damaged file', async () => {
  await writeFile(file, 'this is not a database, and it is long enough to look at'.repeat(50));
  expect(() => openSql(file, migrations)).toThrow(/damaged. Move it away/);
});

it('leaves the database of a newer service alone', () => {
  openSql(file, ['CREATE TABLE a (n INTEGER)', 'CREATE TABLE b (n INTEGER)']).close();
  expect(() => openSql(file, ['CREATE TABLE a (n INTEGER)'])).toThrow(/newer service/);
});

it('keeps licenses from before limits, and their history, which nobody can change any more', async () => {
  const old = openSql(file, migrations.slice(0, 1));
  old.run(`INSERT INTO account VALUES ('a', 'a@b.example', '', 'basic', 'active', 'DE', 0)`);
  old.run(`INSERT INTO device VALUES ('a', 'd', 'A laptop', '{}', 5)`);
  old.run(`INSERT INTO signing_key VALUES ('k', '{}', 1)`);
  old.run(`INSERT INTO license VALUES ('l', 'a', 'd', 'v', 'offline', 7, 99, NULL)`);
  old.run(`INSERT INTO license_event (licenseId, kind, atMs) VALUES ('l', 'issued', 7)`);
  old.close();
  const database = openDatabase(file);
  expect(await database.licenses.find('a', 'l')).toMatchObject({ kid: 'k', contentKeyId: null });
  expect(await database.audit.read('a')).toMatchObject([{ kind: 'issued', atMs: 7, deviceId: 'd' }]);
  expect(await database.accounts.devices('a')).toMatchObject([{ lastSeenAtMs: 5 }]);
  database.close();
  const sql = openSql(file, migrations);
  expect(() => sql.run('DELETE FROM audit')).toThrow('append-only');
  expect(() => sql.run(`UPDATE audit SET reason = ''`)).toThrow('append-only');
  sql.close();
});
