import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenTrack, Store, TrackSpec } from '../src/store/types.ts';
import { INIT_INDEX } from '../src/shared/presentation.ts';

export interface StoreUnderTest {
  readonly store: Store;
  /** As after a kill: the same bytes, another store. */
  reopen(): Promise<Store>;
  /** Spoils one byte of that segment where it lies. */
  damage(trackId: string, index: number): Promise<void>;
  /** Frees what it took. */
  dispose(): Promise<void>;
}

const spec = (downloadId: string, renditionId = 'v-480p'): TrackSpec => ({
  trackId: `${downloadId}.${renditionId}`,
  downloadId,
  videoId: 'video-1',
  renditionId,
  kind: 'video',
});
const contentKey = new Uint8Array(randomBytes(16));

export async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** What every Store must do; fakes and real ones pass the same suite, so that a fake may stand for the real one. */
export function describeStoreContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of a store`, () => {
    let under: StoreUnderTest;
    let store: Store;
    let track: OpenTrack;
    const one = spec('one');

    beforeEach(async () => {
      under = await make();
      ({ store } = under);
      await store.createTrack(one, contentKey);
      track = store.unlock(one.trackId, contentKey);
    });
    afterEach(async () => {
      track.close();
      await under.dispose();
    });

    it('gives back what was put, in pieces of at most 256 KiB', async () => {
      const plain = randomBytes(1_000_000);
      await track.put(0, plain);
      const sizes: number[] = [];
      for await (const piece of track.read(0)) sizes.push(piece.byteLength);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(256 * 1024);
      expect((await readAll(track.read(0))).equals(plain)).toBe(true);
    });

    it('lists what it holds, by index', async () => {
      await track.put(2, randomBytes(30));
      await track.put(INIT_INDEX, randomBytes(10));
      await track.put(0, randomBytes(20));
      const held = store.stored(one.trackId).toSorted((a, b) => a.index - b.index);
      expect(held).toEqual([
        { index: INIT_INDEX, plainBytes: 10 },
        { index: 0, plainBytes: 20 },
        { index: 2, plainBytes: 30 },
      ]);
    });

    it('reads ranges within a segment', async () => {
      const plain = randomBytes(700_000);
      await track.put(0, plain);
      for (const [offsetBytes, lengthBytes] of [
        [0, 1],
        [1, 699_999],
        [262_143, 2],
        [262_144, 262_144],
        [699_999, 1],
      ] as const) {
        const got = await readAll(track.read(0, { offsetBytes, lengthBytes }));
        expect(got.equals(plain.subarray(offsetBytes, offsetBytes + lengthBytes))).toBe(true);
      }
    });

    it('replaces a segment, by a longer or a shorter one', async () => {
      for (const size of [1000, 5000, 300]) {
        const plain = randomBytes(size);
        await track.put(0, plain);
        expect((await readAll(track.read(0))).equals(plain)).toBe(true);
      }
      expect(store.stored(one.trackId)).toEqual([{ index: 0, plainBytes: 300 }]);
    });

    it('takes several segments at once', async () => {
      const plains = Array.from({ length: 8 }, (_none, index) => randomBytes(10_000 + index));
      await Promise.all(plains.map((plain, index) => track.put(index, plain)));
      for (const [index, plain] of plains.entries())
        expect((await readAll(track.read(index))).equals(plain)).toBe(true);
    });

    it('keeps what was put when it is opened again', async () => {
      const plain = randomBytes(300_000);
      await track.put(0, plain);
      const again = await under.reopen();
      expect(again.tracks('one')).toEqual([one]);
      const opened = again.unlock(one.trackId, contentKey);
      expect((await readAll(opened.read(0))).equals(plain)).toBe(true);
      opened.close();
    });

    it('leaves a track that exists as it is', async () => {
      await track.put(0, randomBytes(10));
      await store.createTrack(one, contentKey);
      expect(store.stored(one.trackId)).toHaveLength(1);
    });

    it('refuses another key, and a track or segment that is not there', async () => {
      expect(() => store.unlock(one.trackId, new Uint8Array(16))).toThrow(
        expect.objectContaining({ code: 'store/locked' }),
      );
      expect(() => store.unlock('none.at-all', contentKey)).toThrow(
        expect.objectContaining({ code: 'store/missing' }),
      );
      await expect(readAll(track.read(7))).rejects.toMatchObject({ code: 'store/missing' });
    });

    it('removes one download and leaves the others', async () => {
      const other = spec('other');
      await store.createTrack(other, contentKey);
      await track.put(0, randomBytes(5000));
      track.close();
      await store.removeDownload('one');
      expect(store.tracks()).toEqual([other]);
      expect(store.tracks('one')).toEqual([]);
      expect(store.usedBytes('one')).toBe(0);
      await store.removeDownload('one');
    });

    it('says what it uses and what is free', async () => {
      await track.put(0, randomBytes(50_000));
      expect(store.usedBytes('one')).toBeGreaterThanOrEqual(50_000);
      expect(store.usedBytes()).toBe(store.usedBytes('one'));
      expect(await store.freeBytes()).toBeGreaterThan(0);
    });

    it('finds damage before a wrong byte leaves, and forgets the segment', async () => {
      await track.put(0, randomBytes(1000));
      await track.put(1, randomBytes(1000));
      await under.damage(one.trackId, 0);
      await expect(readAll(track.read(0))).rejects.toMatchObject({ code: 'store/damaged' });
      expect(store.stored(one.trackId).map(({ index }) => index)).toEqual([1]);
      await track.put(0, randomBytes(1000));
      expect(await track.verify()).toEqual([]);
    });

    it('verifies everything, and forgets what is damaged', async () => {
      for (const index of [0, 1, 2]) await track.put(index, randomBytes(1000));
      expect(await track.verify()).toEqual([]);
      await under.damage(one.trackId, 1);
      expect(await track.verify()).toEqual([1]);
      expect(
        store
          .stored(one.trackId)
          .map(({ index }) => index)
          .toSorted(),
      ).toEqual([0, 2]);
    });
  });
}
