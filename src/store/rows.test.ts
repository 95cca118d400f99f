import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import {
  contentKey,
  openStore,
  openTrack,
  readSegment,
  segmentBytes,
  trackSpec,
} from '../../testing/store.ts';
import { LayoverError, isLayoverError } from '../shared/errors.ts';
import type { Store } from './types.ts';

const { trackId } = trackSpec();
const sizes = [300_000, 0, 1000];

/** Everything that a caller may do with the store. What is served must be right; what fails must say so in our words. */
async function tellWhatIsWrong(store: Store): Promise<string[]> {
  const wrong: string[] = [];
  const attempt = async (what: string, work: () => unknown) => {
    try {
      await work();
    } catch (thrown) {
      expect(thrown, what).toBeInstanceOf(LayoverError);
      wrong.push((thrown as LayoverError).code);
    }
  };
  expect(store.usedBytes()).toBeTypeOf('number');
  await attempt('list', () => [store.tracks(), store.stored(trackId), store.verifications()]);
  for (const [index, size] of sizes.entries())
    await attempt(`segment ${index}`, async () => {
      const track = store.unlock(trackId, contentKey);
      try {
        const held = store.storedSegment(trackId, index);
        if (held && held.plainBytes !== size) wrong.push('size');
        const plain = await readSegment(track, index);
        expect(plain.equals(segmentBytes(index, size)), `segment ${index} is served wrong`).toBe(true);
      } finally {
        track.close();
      }
    });
  return wrong;
}

it('a bit that falls over in any value of the index is found, never served, and never breaks the rest', async () => {
  const good = openStore();
  const first = await openTrack(good.store);
  for (const [index, size] of sizes.entries()) await first.put(index, segmentBytes(index, size));
  await (await openTrack(good.store, trackSpec('a-en', 'other'))).put(0, segmentBytes(7, 500));
  await good.store.close();
  const columnsOf = (table: string) =>
    good.database.sql.pragma(`table_info(${table})`) as { name: string; type: string }[];
  const columns = ['store_track', 'store_segment'].flatMap((table) =>
    columnsOf(table).map((column) => ({ table, ...column })),
  );
  const rowsBefore = {
    track: good.database.sql.prepare('SELECT * FROM store_track WHERE trackId = ?').get(trackId),
    segments: good.database.sql.prepare('SELECT * FROM store_segment ORDER BY track, segment').all(),
  };
  expect(rowsBefore.segments).toHaveLength(4);
  const image = good.database.sql.serialize();
  good.close();

  let cases = 0;
  for (const { table, name, type } of columns) {
    for (const bit of type === 'INTEGER' ? [0, 33, 62] : [11, 93]) {
      const { store, database, downloads, close } = openStoreOf(image, good.downloads);
      const where =
        table === 'store_track' ? `trackId = '${trackId}'` : 'segment = 0 AND plainBytes = 300000';
      const before = database.sql.prepare(`SELECT ${name} AS value FROM ${table} WHERE ${where}`).safeIntegers().get() as { value: bigint | string | Buffer }; // prettier-ignore
      const value = flipped(before.value, bit);
      database.sql.pragma('foreign_keys = OFF');
      const { changes } = database.sql
        .prepare(`UPDATE OR IGNORE ${table} SET ${name} = ? WHERE ${where}`)
        .run(value);
      database.sql.pragma('foreign_keys = ON');
      // A key that another row has cannot be written this way.
      if (changes === 0) {
        close();
        continue;
      }
      const what = `${table}.${name}, bit ${bit}`;
      const wrong = await tellWhatIsWrong(store);
      const isFound =
        wrong.length > 0 ||
        // What only counts is counted anew.
        name === 'sealedBytes';
      expect(isFound, what).toBe(true);
      // A sweep leaves what makes sense, and afterwards everything can be put again.
      await store.sweep();
      expect(store.tracks('other'), what).toHaveLength(1);
      await store.createTrack(trackSpec(), contentKey);
      const track = store.unlock(trackId, contentKey);
      for (const [index, size] of sizes.entries()) await track.put(index, segmentBytes(index, size));
      // A row under another number is one too many: found by reading it, and then it is gone.
      await track.verify();
      expect(await track.verify(), what).toEqual([]);
      await store.sweep();
      expect(store.usedBytes('download'), what).toBe(512 + 300_032 + 16 + 1016);
      expect(fs.statSync(path.join(downloads, `${trackId}.sealed`)).size, what).toBeLessThan(1_500_000);
      await store.close();
      close();
      cases += 1;
    }
  }
  expect(cases).toBeGreaterThan(20);
});

function openStoreOf(image: Buffer, downloads: string) {
  const opened = openStore(undefined);
  opened.close();
  for (const suffix of ['', '-wal', '-shm'])
    fs.rmSync(path.join(opened.folder, `layover.db${suffix}`), { force: true });
  fs.writeFileSync(path.join(opened.folder, 'layover.db'), image);
  fs.cpSync(downloads, opened.downloads, { recursive: true });
  return openStore(opened.folder);
}

function flipped(value: bigint | string | Buffer, bit: number): bigint | string | Buffer {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value ^ (1n << BigInt(bit)));
  const bytes = Buffer.from(value);
  bytes[(bit >> 3) % bytes.length]! ^= 1 << (bit & 7);
  return typeof value === 'string' ? bytes.toString('latin1') : bytes;
}

it('says that a row is damaged, and not that its license is wrong', async () => {
  const { store, database } = openStore();
  (await openTrack(store)).close();
  database.sql.exec('UPDATE store_track SET wrappedKey = zeroblob(60)');
  expect(() => store.unlock(trackId, contentKey)).toThrow(expect.objectContaining({ code: 'store/damaged' }));
  expect(isLayoverError(new LayoverError('store/damaged'))).toBe(true);
});

it('drops what says something of a track that there is not: a later one may get its number', async () => {
  const { store, database } = openStore();
  const track = await openTrack(store);
  await track.put(0, segmentBytes(0, 10));
  await store.reserve('download', [{ trackId, plainBytes: 5000, segments: 2 }]);
  await track.verify();
  database.sql.pragma('foreign_keys = OFF');
  for (const table of ['store_segment', 'store_reservation', 'store_verification'])
    database.sql.exec(`UPDATE ${table} SET track = 7`);
  database.sql.pragma('foreign_keys = ON');
  await store.sweep();
  for (const table of ['store_segment', 'store_reservation', 'store_verification'])
    expect(database.sql.prepare(`SELECT * FROM ${table}`).all(), table).toEqual([]);
});
