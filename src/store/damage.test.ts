import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  code,
  contentKey,
  openStore,
  openTrack,
  readSegment,
  segmentBytes,
  trackSpec,
  unlockTrack,
} from '../../testing/store.ts';
import { isLayoverError } from '../shared/errors.ts';
import { FRAME_BYTES, HEADER_BYTES } from './format.ts';

const { trackId } = trackSpec();
const fileOf = (downloads: string, id = trackId) => path.join(downloads, `${id}.sealed`);

function edit(file: string, change: (bytes: Buffer) => Buffer | void) {
  const bytes = fs.readFileSync(file);
  fs.writeFileSync(file, change(bytes) ?? bytes);
}

it('finds every single byte that is wrong', async () => {
  const { store, downloads, database } = openStore();
  const plain = [segmentBytes(1, 90), segmentBytes(2, 0), segmentBytes(3, 60)];
  const track = await openTrack(store);
  for (const [index, bytes] of plain.entries()) await track.put(index, bytes);
  track.close();
  const good = fs.readFileSync(fileOf(downloads));
  const rows = database.sql.prepare('SELECT * FROM store_segment').all();
  const [trackRow] = database.sql.prepare('SELECT * FROM store_track').all();
  const insert = (table: string, row: unknown) => {
    const names = Object.keys(row as object);
    database.sql.prepare(`INSERT INTO ${table} VALUES (${names.map((name) => `@${name}`).join()})`).run(row);
  };
  let found = 0;
  for (let position = 0; position < good.length; position += 1) {
    const bytes = Buffer.from(good);
    bytes[position]! ^= 1 << (position % 8);
    fs.writeFileSync(fileOf(downloads), bytes);
    try {
      const open = store.unlock(trackId, contentKey);
      for (const [index, expected] of plain.entries()) {
        try {
          expect((await readSegment(open, index)).equals(expected), `byte ${position}`).toBe(true);
        } catch (thrown) {
          if (!isLayoverError(thrown, 'store/damaged')) throw thrown;
          found += 1;
        }
      }
      open.close();
    } catch (thrown) {
      if (!isLayoverError(thrown, 'store/damaged')) throw thrown;
      found += 1;
    }
    database.transaction(() => {
      database.sql.exec('DELETE FROM store_segment; DELETE FROM store_track');
      insert('store_track', trackRow);
      for (const row of rows) insert('store_segment', row);
    });
  }
  expect(good.length).toBe(HEADER_BYTES + 90 + 60 + 3 * 16);
  expect(found).toBe(good.length);
});

describe('a damaged record', () => {
  it('is forgotten, and can be put again', async () => {
    const { store, downloads } = openStore();
    const track = await openTrack(store);
    for (const index of [0, 1, 2]) await track.put(index, segmentBytes(index, 1000));
    edit(fileOf(downloads), (bytes) => void (bytes[HEADER_BYTES + 1016 + 500]! ^= 1));
    expect(await track.verify()).toEqual([1]);
    expect(store.stored(trackId).map((segment) => segment.index)).toEqual([0, 2]);
    expect(store.usedBytes()).toBe(HEADER_BYTES + 2 * 1016);
    await expect(readSegment(track, 1)).rejects.toThrow(code('store/missing'));
    await track.put(1, segmentBytes(1, 1000));
    expect(await track.verify()).toEqual([]);
  });

  it('gives what came before the damage and no byte of the frame with it', async () => {
    const { store, downloads } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, 3 * FRAME_BYTES));
    edit(fileOf(downloads), (bytes) => void (bytes[HEADER_BYTES + FRAME_BYTES + 16 + 9]! ^= 1));
    const seen: Uint8Array[] = [];
    await expect(
      (async () => {
        for await (const piece of track.read(0)) seen.push(piece);
      })(),
    ).rejects.toThrow(code('store/damaged'));
    expect(Buffer.concat(seen).equals(segmentBytes(0, FRAME_BYTES))).toBe(true);
  });

  it('stops a verification that is aborted', async () => {
    const { store } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, 10));
    await expect(track.verify(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('what was moved is found out', () => {
  const length = 1016;
  const recordAt = (bytes: Buffer, n: number) =>
    bytes.subarray(HEADER_BYTES + n * length, HEADER_BYTES + (n + 1) * length);
  function swap(a: Buffer, b: Buffer) {
    const kept = Buffer.from(a);
    b.copy(a);
    kept.copy(b);
  }

  it('between two segments, with their bytes or with their rows', async () => {
    const { store, downloads, database } = openStore();
    const track = await openTrack(store);
    for (const index of [0, 1, 2, 3]) await track.put(index, segmentBytes(index, 1000));
    edit(fileOf(downloads), (bytes) => swap(recordAt(bytes, 0), recordAt(bytes, 1)));
    database.sql.exec(`
      UPDATE store_segment SET segment = 9 WHERE segment = 2;
      UPDATE store_segment SET segment = 2 WHERE segment = 3;
      UPDATE store_segment SET segment = 3 WHERE segment = 9;`);
    expect(await track.verify()).toEqual([0, 1, 2, 3]);
  });

  it('between two tracks of one download, with their whole rows', async () => {
    const { store, downloads, database } = openStore();
    const video = await openTrack(store, trackSpec('v-720p'));
    const audio = await openTrack(store, trackSpec('a-en'));
    await video.put(0, segmentBytes(1, 1000));
    await audio.put(0, segmentBytes(2, 1000));
    const a = fs.readFileSync(fileOf(downloads));
    const b = fs.readFileSync(fileOf(downloads, trackSpec('a-en').trackId));
    swap(recordAt(a, 0), recordAt(b, 0));
    fs.writeFileSync(fileOf(downloads), a);
    fs.writeFileSync(fileOf(downloads, trackSpec('a-en').trackId), b);
    database.sql.exec('UPDATE store_segment SET salt = (SELECT salt FROM store_segment s WHERE s.track <> store_segment.track)'); // prettier-ignore
    expect(await video.verify()).toEqual([0]);
    expect(await audio.verify()).toEqual([0]);
  });

  it('between frames of a record', async () => {
    const { store, downloads } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, 2 * FRAME_BYTES));
    edit(fileOf(downloads), (bytes) => {
      const frame = FRAME_BYTES + 16;
      swap(bytes.subarray(HEADER_BYTES, HEADER_BYTES + frame), bytes.subarray(HEADER_BYTES + frame));
    });
    expect(await track.verify()).toEqual([0]);
  });

  it('from the past: an earlier record of the same segment', async () => {
    const { store, downloads } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(1, 1000));
    const old = Buffer.from(recordAt(fs.readFileSync(fileOf(downloads)), 0));
    await track.put(0, segmentBytes(2, 1000));
    edit(fileOf(downloads), (bytes) => void old.copy(recordAt(bytes, 1)));
    expect(await track.verify()).toEqual([0]);
  });

  it('in length: a row that says one frame less, or a file cut short', async () => {
    const { store, downloads, database } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, FRAME_BYTES + 100));
    await track.put(1, segmentBytes(1, FRAME_BYTES + 100));
    database.sql.exec(`UPDATE store_segment SET plainBytes = ${FRAME_BYTES} WHERE segment = 0`);
    fs.truncateSync(fileOf(downloads), fs.statSync(fileOf(downloads)).size - 1);
    expect(await track.verify()).toEqual([0, 1]);
  });
});

describe('a file that is gone or another', () => {
  it('is absent with its drive, nothing is forgotten, and making the track again heals it', async () => {
    const { store, downloads } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, 10));
    track.close();
    fs.renameSync(downloads, `${downloads}-unplugged`);
    expect(() => store.unlock(trackId, contentKey)).toThrow(code('store/absent'));
    await expect(store.createTrack(trackSpec('a-en'), contentKey)).rejects.toThrow(code('store/absent'));
    await expect(store.freeBytes()).rejects.toThrow(code('store/absent'));
    expect(await store.sweep()).toEqual({ orphanFiles: 0, lostTracks: 0, lostSegments: 0 });
    fs.renameSync(`${downloads}-unplugged`, downloads);
    expect(await unlockTrack(store).verify()).toEqual([]);

    fs.rmSync(fileOf(downloads));
    await store.createTrack(trackSpec(), contentKey);
    expect(store.stored(trackId)).toEqual([]);
    await unlockTrack(store).put(0, segmentBytes(0, 10));
  });

  it('is not absent because the marker of the folder is gone or wrong: a file of ours proves it', async () => {
    const { store, downloads } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, 10));
    track.close();
    const marker = path.join(downloads, 'layover-store.txt');
    const text = fs.readFileSync(marker);
    fs.rmSync(marker);
    expect(await store.isPresent()).toBe(true);
    expect(fs.readFileSync(marker)).toEqual(text);

    // Another drive under the name has no such file.
    fs.rmSync(marker);
    const kept = fs.readFileSync(fileOf(downloads));
    edit(fileOf(downloads), (bytes) => void (bytes[20]! ^= 1));
    expect(await store.isPresent()).toBe(false);
    expect(fs.existsSync(marker)).toBe(false);
    // Ours under another's name is ours all the same.
    const misnamed = path.join(downloads, 'another.v-720p.sealed');
    fs.writeFileSync(misnamed, kept);
    expect(await store.isPresent()).toBe(true);
    fs.rmSync(misnamed);
    fs.writeFileSync(fileOf(downloads), kept);
    expect(await store.sweep()).toMatchObject({ lostTracks: 0 });
    expect(await unlockTrack(store).verify()).toEqual([]);
  });

  it('cannot be used once its header is wrong: the track is to be made again', async () => {
    const { store, downloads } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, 10));
    track.close();
    edit(fileOf(downloads), (bytes) => void (bytes[20]! ^= 1));
    expect(() => store.unlock(trackId, contentKey)).toThrow(code('store/damaged'));
    const again = await openTrack(store);
    expect(store.stored(trackId)).toEqual([]);
    await again.put(0, segmentBytes(0, 10));
    expect(await again.verify()).toEqual([]);
  });
});
