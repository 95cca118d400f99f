import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startChild } from '../../testing/children/child.ts';
import { mountSmallDisk, mountsImpossible } from '../../testing/mounts.ts';
import {
  code,
  openStore,
  openTrack,
  readSegment,
  segmentBytes,
  trackSpec,
  unlockTrack,
} from '../../testing/store.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';

const { trackId } = trackSpec();
const MIB = 1024 * 1024;

it('keeps every segment that it had called stored, wherever a kill comes', async () => {
  const folder = temporaryFolder();
  /** What each number may hold: what was stored last, or a later put that was cut off before it was told. */
  const possible = new Map<number, { seed: number; sizeBytes: number }[]>();
  const certain = new Set<number>();
  let seeds = 0;
  for (let round = 0; round < 20; round += 1) {
    const child = startChild('put-segments.ts', [folder, String(seeds)]);
    // Not by time: after so many lines, so the kill falls at another place of the work each round.
    await child.line(() => child.lines.length > 3 + ((round * 37) % 60));
    await child.kill();
    for (const line of child.lines) {
      const began = line.startsWith('begin ');
      const [index = 0, seed = 0, sizeBytes = 0] = line.replace('begin ', '').split(' ').map(Number);
      if (began) possible.set(index, [...(possible.get(index) ?? []), { seed, sizeBytes }]);
      else {
        possible.set(index, [{ seed, sizeBytes }]);
        certain.add(index);
      }
      seeds = Math.max(seeds, seed + 16 - (seed % 4));
    }

    const { store, close } = openStore(folder);
    expect((await store.sweep()).lostSegments).toBe(0);
    const stored = store.stored(trackId);
    expect(stored.map((segment) => segment.index)).toEqual(expect.arrayContaining([...certain]));
    const track = unlockTrack(store);
    for (const { index } of stored) {
      const bytes = await readSegment(track, index);
      const match = possible
        .get(index)
        ?.some(({ seed, sizeBytes }) => bytes.equals(segmentBytes(seed, sizeBytes)));
      expect(match, `round ${round}, segment ${index}`).toBe(true);
    }
    track.close();
    close();
  }
  expect(certain.size).toBe(16);
});

describe.skipIf(mountsImpossible)(`special disks (${mountsImpossible ?? 'tmpfs'})`, () => {
  it('a full one: says so, keeps what was stored, and goes on once something was removed', async () => {
    const { folder } = mountSmallDisk(8 * MIB);
    const { store, database, downloads } = openStore(folder);
    const small = await openTrack(store, trackSpec('a-en', 'small'));
    await small.put(0, segmentBytes(1, 600_000));
    const track = await openTrack(store);
    let refused: unknown;
    let count = 0;
    for (; refused === undefined; count += 1) {
      await track.put(count, segmentBytes(count, MIB)).catch((thrown: unknown) => (refused = thrown));
    }
    expect(refused).toEqual(code('store/no-space'));
    expect((refused as { details: object }).details).toEqual({ neededBytes: MIB + 4 * 16 });
    count -= 1;
    expect(count).toBeGreaterThan(1);
    expect(store.stored(trackId)).toHaveLength(count);
    expect(fs.statSync(path.join(downloads, `${trackId}.sealed`)).size).toBe(512 + count * (MIB + 64));
    expect(await track.verify()).toEqual([]);

    database.sql.pragma('wal_checkpoint(TRUNCATE)');
    const filler = fs.openSync(path.join(folder, 'filler'), 'w');
    onTestFinished(() => fs.closeSync(filler));
    expect(() => {
      for (;;) fs.writeSync(filler, Buffer.alloc(512, 1));
    }).toThrow(/ENOSPC/);
    await expect(track.put(0, segmentBytes(9, 10_000))).rejects.toThrow(code('store/no-space'));
    expect((await readSegment(track, 0)).equals(segmentBytes(0, MIB))).toBe(true);
    expect(await store.freeBytes()).toBeLessThan(8192);

    await store.removeDownload('small');
    expect(store.tracks('small')).toEqual([]);
    await track.put(0, segmentBytes(9, 10_000));
    expect((await readSegment(track, 0)).equals(segmentBytes(9, 10_000))).toBe(true);
  });

  it('a full one for downloads beside a database with room', async () => {
    const { folder } = mountSmallDisk(2 * MIB);
    const { store } = openStore(undefined, { downloads: path.join(folder, 'downloads') });
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, MIB));
    const puts = [1, 2, 3].map((index) => track.put(index, segmentBytes(index, MIB)));
    for (const outcome of await Promise.allSettled(puts)) {
      expect(outcome).toEqual({ status: 'rejected', reason: code('store/no-space') });
    }
    expect(await track.verify()).toEqual([]);
    await store.removeDownload('download');
    const again = await openTrack(store);
    await again.put(0, segmentBytes(1, MIB));
  });

  it('a read-only one: refuses to write, still reads', async () => {
    const disk = mountSmallDisk(4 * MIB);
    const { store, close, folder } = openStore(undefined, { downloads: disk.folder });
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, 1000));
    track.close();
    close();
    await disk.makeReadOnly();
    const again = openStore(folder, { downloads: disk.folder });
    const reopened = unlockTrack(again.store);
    await expect(reopened.put(1, segmentBytes(1, 10))).rejects.toThrow(code('store/read-only'));
    await expect(openTrack(again.store, trackSpec('a-en'))).rejects.toThrow(code('store/read-only'));
    expect((await readSegment(reopened, 0)).equals(segmentBytes(0, 1000))).toBe(true);
    expect(again.store.stored(trackId)).toHaveLength(1);
  });
});
