import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import {
  openStore,
  openTrack,
  readSegment,
  segmentBytes,
  trackSpec,
  unlockTrack,
} from '../../testing/store.ts';
import { HEADER_BYTES } from './format.ts';

const fileOf = (downloads: string, renditionId: string) =>
  path.join(downloads, `${trackSpec(renditionId).trackId}.sealed`);

it('sweeps what folder and index do not agree on, and nothing else', async () => {
  const first = openStore();
  for (const rendition of ['v-720p', 'a-en', 's-en', 's-fr']) {
    const track = await openTrack(first.store, trackSpec(rendition));
    for (const index of [0, 1, 2]) await track.put(index, segmentBytes(index, 1000));
    track.close();
  }
  first.close();
  const { downloads } = first;
  fs.copyFileSync(fileOf(downloads, 'v-720p'), path.join(downloads, 'nobody.v-720p.sealed'));
  fs.writeFileSync(path.join(downloads, 'the viewer’s own.txt'), 'kept');
  fs.rmSync(fileOf(downloads, 'a-en'));
  fs.copyFileSync(fileOf(downloads, 'v-720p'), fileOf(downloads, 's-fr'));
  fs.truncateSync(fileOf(downloads, 's-en'), HEADER_BYTES + 1016 + 500);
  fs.appendFileSync(fileOf(downloads, 'v-720p'), Buffer.alloc(5000));

  const { store } = openStore(first.folder);
  expect(await store.sweep()).toEqual({ orphanFiles: 2, lostTracks: 2, lostSegments: 2 });
  expect(store.tracks().map((spec) => spec.renditionId)).toEqual(['v-720p', 's-en']);
  expect(store.stored(trackSpec('s-en').trackId)).toEqual([{ index: 0, plainBytes: 1000 }]);
  expect(fs.statSync(fileOf(downloads, 'v-720p')).size).toBe(HEADER_BYTES + 3 * 1016);
  expect(fs.readdirSync(downloads).sort()).toEqual(
    ['download.s-en.sealed', 'download.v-720p.sealed', 'layover-store.txt', 'the viewer’s own.txt'].sort(),
  );
  for (const rendition of ['v-720p', 's-en']) {
    expect(await unlockTrack(store, trackSpec(rendition)).verify()).toEqual([]);
  }
  expect(await store.sweep()).toEqual({ orphanFiles: 0, lostTracks: 0, lostSegments: 0 });
});

it('sweeps beside puts that are under way', async () => {
  const { store } = openStore();
  const track = await openTrack(store);
  const puts = Array.from({ length: 30 }, (_, index) => track.put(index, segmentBytes(index, 100_000)));
  for (let n = 0; n < 5; n += 1) {
    expect(await store.sweep()).toEqual({ orphanFiles: 0, lostTracks: 0, lostSegments: 0 });
  }
  await Promise.all(puts);
  expect(await track.verify()).toEqual([]);
  expect(store.stored(trackSpec().trackId)).toHaveLength(30);
});

it('removes a download: keys, rows, files, and it alone', async () => {
  const { store, database, downloads, folder } = openStore();
  const kept = await openTrack(store, trackSpec('v-720p', 'kept'));
  await kept.put(0, segmentBytes(0, 10));
  const track = await openTrack(store, trackSpec('v-720p', 'gone'));
  await track.put(0, segmentBytes(1, 10));
  const wrapped = database.sql
    .prepare("SELECT wrappedKey FROM store_track WHERE downloadId = 'gone'")
    .pluck()
    .get();
  await database.backup();
  const reading = track.read(0)[Symbol.asyncIterator]();
  const stillPutting = track.put(1, segmentBytes(2, 500_000)).catch((thrown: unknown) => thrown);
  await store.removeDownload('gone');

  await stillPutting;
  await expect(reading.next()).rejects.toThrow(expect.objectContaining({ code: 'store/missing' }));
  expect(store.tracks('gone')).toEqual([]);
  expect(fs.readdirSync(downloads).filter((name) => name.startsWith('gone'))).toEqual([]);
  for (const name of ['layover.db', 'layover.db-wal']) {
    expect(fs.readFileSync(path.join(folder, name)).includes(wrapped as Buffer), name).toBe(false);
  }
  // The backup may hold the wrapped key still; the salt that opens it was in the file.
  expect((await readSegment(kept, 0)).equals(segmentBytes(0, 10))).toBe(true);
  await store.removeDownload('gone');

  const again = await openTrack(store, trackSpec('v-720p', 'gone'));
  expect(store.stored(trackSpec('v-720p', 'gone').trackId)).toEqual([]);
  await again.put(0, segmentBytes(3, 10));
  expect(await again.verify()).toEqual([]);
});
