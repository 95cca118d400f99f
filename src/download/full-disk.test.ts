import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDownloadWorld, first, second } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import { turn, until } from '../../testing/until.ts';
import { createKeepingRows, keepingMigrations } from './keeping/rows.ts';
import { LayoverError } from '../shared/errors.ts';

let world: DownloadWorld;
/** No write to the downloads' table finds room; but for `freed` room is set aside. */
let isFull: boolean;

beforeEach(async () => {
  world = await createDownloadWorld();
  const { database } = world;
  isFull = false;
  let spending = false;
  world.database = {
    ...database,
    transaction(work, options) {
      spending = options?.freesSpace ?? false;
      try {
        return database.transaction(work, options);
      } finally {
        spending = false;
      }
    },
  };
  database.sql.function('write', () => {
    if (isFull && !spending)
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    return null;
  });
  database.sql.exec('CREATE TEMP TRIGGER full BEFORE UPDATE ON downloads BEGIN SELECT write(); END');
  world.start();
});
afterEach(() => world.dispose());

it('a download can be removed though the database has no room left', async () => {
  const { downloadId } = world.add(first);
  await world.reach(downloadId, 'completed');
  isFull = true;
  await world.downloads.remove(downloadId);
  expect(world.downloads.list()).toEqual([]);
  expect(world.store.tracks(downloadId)).toEqual([]);
});

it('the queue outlives a disk that has no room even for the news, and goes on by itself', async () => {
  const { store } = world;
  const { createTrack } = store;
  store.createTrack = async () => {
    isFull = true;
    throw new LayoverError('store/no-space', { neededBytes: 1 });
  };
  const { downloadId } = world.add(first);
  await until(() => isFull);
  await turn();
  store.createTrack = createTrack;
  isFull = false;
  const other = world.add(second);
  await world.reach(other.downloadId, 'completed');
  await world.reach(downloadId, 'completed');
});

it('no room for a row stops the queue whole, and in the words of the register', async () => {
  const { store } = world;
  const { createTrack } = store;
  store.createTrack = async () => {
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  };
  const { downloadId } = world.add(first);
  const behind = world.add(second);
  await world.reach(behind.downloadId, 'failed');
  for (const one of [downloadId, behind.downloadId])
    expect(world.downloads.get(one)).toMatchObject({ state: 'failed', error: { code: 'database/full' } });
  store.createTrack = createTrack;
  world.downloads.resume(downloadId);
  await world.reach(downloadId, 'completed');
  await world.reach(behind.downloadId, 'completed');
});

it('that a removal was meant is noted with the room that is set aside', () => {
  const { database } = world;
  for (const { up } of keepingMigrations) up(database.sql);
  const rows = createKeepingRows(database);
  let isSpent = false;
  world.database.sql.function('write_declined', () => {
    if (!isSpent) throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    return null;
  });
  database.sql.exec(
    'CREATE TEMP TRIGGER declined BEFORE INSERT ON keeping_declined BEGIN SELECT write_declined(); END',
  );
  const meant = createKeepingRows({
    ...database,
    transaction(work, options) {
      isSpent = options?.freesSpace ?? false;
      return database.transaction(work, options);
    },
  });
  meant.decline('account', 'video', 'title');
  expect([...rows.declined('account')]).toEqual(['video']);
});
