import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  code,
  contentKey,
  deviceSecret,
  openStore,
  openTrack,
  readSegment,
  segmentBytes,
  trackSpec,
  unlockTrack,
} from '../../testing/store.ts';
import { INIT_INDEX } from '../shared/presentation.ts';
import { FRAME_BYTES } from './format.ts';

const fileOf = (downloads: string, trackId = trackSpec().trackId) =>
  path.join(downloads, `${trackId}.sealed`);

describe('put and read', () => {
  const sizes = [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 2 * FRAME_BYTES, 1_500_000];

  it('give back what was put, whatever its size, also after a restart', async () => {
    const first = openStore();
    const track = await openTrack(first.store);
    for (const [index, size] of sizes.entries()) await track.put(index, segmentBytes(index, size));
    await track.put(INIT_INDEX, segmentBytes(99, 700));
    track.close();
    first.close();

    const { store } = openStore(first.folder);
    expect(store.stored(trackSpec().trackId)).toEqual([
      { index: INIT_INDEX, plainBytes: 700 },
      ...sizes.map((plainBytes, index) => ({ index, plainBytes })),
    ]);
    const again = unlockTrack(store);
    for (const [index, size] of sizes.entries()) {
      expect((await readSegment(again, index)).equals(segmentBytes(index, size))).toBe(true);
    }
    expect(await again.verify()).toEqual([]);
  });

  it('behave like a map from numbers to bytes', async () => {
    const size = fc.oneof(
      fc.nat(2_000),
      fc.integer({ min: FRAME_BYTES - 2, max: FRAME_BYTES + 2 }),
      fc.constant(600_000),
    );
    const step = fc.record({ index: fc.integer({ min: -1, max: 4 }), size, seed: fc.nat(255), at: fc.nat() });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 6 }), async (rounds) => {
        const { store, close } = openStore();
        const track = await openTrack(store);
        const model = new Map<number, Buffer>();
        for (const round of rounds) {
          // The puts of a round go on at the same time; of two with the same number either may win.
          const unique = [...new Map(round.map((each) => [each.index, each])).values()];
          await Promise.all(
            unique.map(async ({ index, size, seed }) => {
              await track.put(index, segmentBytes(seed, size));
              model.set(index, segmentBytes(seed, size));
            }),
          );
          for (const { index, at } of round) {
            const bytes = model.get(index)!;
            const offsetBytes = at % (bytes.length + 1);
            const lengthBytes = Math.min(bytes.length - offsetBytes, (at * 7) % 300_000);
            const part = await readSegment(track, index, { offsetBytes, lengthBytes });
            expect(part.equals(bytes.subarray(offsetBytes, offsetBytes + lengthBytes))).toBe(true);
          }
        }
        for (const [index, bytes] of model)
          expect((await readSegment(track, index)).equals(bytes)).toBe(true);
        expect(store.stored(trackSpec().trackId)).toHaveLength(model.size);
        track.close();
        close();
      }),
      { numRuns: 20 },
    );
  });

  it('share transactions when many come at once', async () => {
    const { store, database } = openStore();
    const track = await openTrack(store);
    let transactions = 0;
    const { transaction } = database;
    Object.assign(database, {
      transaction: (work: () => unknown, options?: { freesSpace?: boolean }) => {
        transactions += 1;
        return transaction(work, options);
      },
    });
    await Promise.all(Array.from({ length: 40 }, (_, index) => track.put(index, segmentBytes(index, 1000))));
    expect(store.stored(trackSpec().trackId)).toHaveLength(40);
    expect(transactions).toBeLessThan(20);
  });

  it('use the room of replaced segments again', async () => {
    const { store, downloads } = openStore();
    const track = await openTrack(store);
    for (let round = 0; round < 10; round += 1) {
      await track.put(0, segmentBytes(round, 10_000));
      await track.put(1, segmentBytes(round, 10_000));
    }
    expect(fs.statSync(fileOf(downloads)).size).toBeLessThan(50_000);
    expect(store.usedBytes()).toBe(512 + 2 * 10_016);
  });

  it('do not pull the room from under a reader', async () => {
    const { store } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(1, 3 * FRAME_BYTES));
    const reading = track.read(0)[Symbol.asyncIterator]();
    const pieces = [(await reading.next()).value as Uint8Array];
    await track.put(0, segmentBytes(2, 10));
    await track.put(1, segmentBytes(3, 3 * FRAME_BYTES));
    for (let next = await reading.next(); !next.done; next = await reading.next()) pieces.push(next.value);
    expect(Buffer.concat(pieces).equals(segmentBytes(1, 3 * FRAME_BYTES))).toBe(true);
    expect((await readSegment(track, 0)).equals(segmentBytes(2, 10))).toBe(true);
  });

  it('hand out pieces of 256 KiB at most, and read only the frames of a range', async () => {
    const { store, downloads } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, 4 * FRAME_BYTES));
    for await (const piece of track.read(0)) expect(piece.length).toBeLessThanOrEqual(FRAME_BYTES);
    const file = fs.openSync(fileOf(downloads), 'r+');
    fs.writeSync(file, Buffer.alloc(FRAME_BYTES), 0, FRAME_BYTES, 512);
    fs.closeSync(file);
    const range = { offsetBytes: 3 * FRAME_BYTES + 5, lengthBytes: 20 };
    expect((await readSegment(track, 0, range)).equals(segmentBytes(0, 4 * FRAME_BYTES).subarray(-FRAME_BYTES + 5, -FRAME_BYTES + 25))).toBe(true); // prettier-ignore
    await expect(readSegment(track, 0, { offsetBytes: 0, lengthBytes: 4 * FRAME_BYTES + 1 })).rejects.toThrow(
      RangeError,
    );
  });

  it('leave no plain byte on the disk', async () => {
    const { store, folder, close } = openStore();
    const track = await openTrack(store);
    const secret = 'a sentence that nobody else writes';
    await track.put(0, Buffer.from(secret.repeat(50)));
    close();
    for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const file = path.join(folder, name);
      if (!fs.statSync(file).isFile()) continue;
      const bytes = fs.readFileSync(file);
      expect(bytes.includes(secret), name).toBe(false);
      expect(bytes.includes(Buffer.from(contentKey)), name).toBe(false);
      expect(bytes.includes(Buffer.from(deviceSecret)), name).toBe(false);
    }
  });
});

describe('locks', () => {
  it('open with nothing but the content key and the device secret', async () => {
    const first = openStore();
    (await openTrack(first.store)).close();
    const otherKey = contentKey.with(3, 77);
    expect(() => first.store.unlock(trackSpec().trackId, otherKey)).toThrow(code('store/locked'));
    first.close();
    const stolen = openStore(first.folder, { deviceSecret: deviceSecret.with(31, 0) });
    expect(() => stolen.store.unlock(trackSpec().trackId, contentKey)).toThrow(code('store/locked'));
    expect(stolen.store.tracks()).toHaveLength(1);
  });

  it('close with the track: the key is wiped and what was half read ends', async () => {
    const { store } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, 2 * FRAME_BYTES));
    const reading = track.read(0)[Symbol.asyncIterator]();
    await reading.next();
    track.close();
    await expect(reading.next()).rejects.toThrow(code('store/locked'));
    await expect(track.put(1, segmentBytes(1, 1))).rejects.toThrow(code('store/locked'));
    expect((await readSegment(unlockTrack(store), 0)).length).toBe(2 * FRAME_BYTES);
  });
});

describe('tracks', () => {
  it('are made once: again is no different', async () => {
    const { store } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, 10));
    await store.createTrack(trackSpec(), contentKey);
    expect((await readSegment(track, 0)).equals(segmentBytes(0, 10))).toBe(true);
    expect(store.tracks()).toEqual([trackSpec()]);
  });

  it('are listed and counted by download', async () => {
    const { store } = openStore();
    const one = await openTrack(store, trackSpec('v-720p', 'one'));
    await openTrack(store, trackSpec('a-en', 'one'));
    await openTrack(store, trackSpec('v-720p', 'two'));
    await one.put(0, segmentBytes(0, 1000));
    expect(store.tracks('one').map((spec) => spec.renditionId)).toEqual(['v-720p', 'a-en']);
    expect(store.usedBytes('one')).toBe(2 * 512 + 1016);
    expect(store.usedBytes('two')).toBe(512);
    expect(store.usedBytes()).toBe(3 * 512 + 1016);
    expect(await store.freeBytes()).toBeGreaterThan(0);
  });

  it('have names that stay in the folder', async () => {
    const { store } = openStore();
    await expect(store.createTrack({ ...trackSpec(), trackId: '../x' }, contentKey)).rejects.toThrow();
    expect(() => store.unlock('never.made', contentKey)).toThrow(code('store/missing'));
  });
});
