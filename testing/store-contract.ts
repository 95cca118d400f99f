import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LayoverError } from '../src/shared/errors.ts';
import type { MoveProgress, OpenTrack, Store, TrackSpec } from '../src/store/types.ts';
import { INIT_INDEX } from '../src/shared/presentation.ts';

export interface StoreUnderTest {
  readonly store: Store;
  /** As after a kill: the same bytes, another store. */
  reopen(): Promise<Store>;
  /** A folder that a store may be moved to. */
  emptyFolder(): Promise<string>;
  /** Spoils one byte of that segment where it lies. */
  damage(trackId: string, index: number): Promise<void>;
  /** Frees what it took. */
  dispose(): Promise<void>;
}

export const spec = (downloadId: string, renditionId = 'v-480p'): TrackSpec => ({
  trackId: `${downloadId}.${renditionId}`,
  downloadId,
  videoId: 'video-1',
  renditionId,
  kind: 'video',
});
export const contentKey = new Uint8Array(randomBytes(16));

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

    it('removes one track and leaves the others', async () => {
      await store.createTrack(spec('one', 'a-en'), contentKey);
      track.close();
      await store.removeTrack(one.trackId);
      await store.removeTrack(one.trackId);
      expect(store.tracks()).toEqual([spec('one', 'a-en')]);
      expect(store.stored(one.trackId)).toEqual([]);
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

    it('leaves out of a verification what it is told to, and does not call the track verified then', async () => {
      for (const index of [0, 1]) await track.put(index, randomBytes(1000));
      await under.damage(one.trackId, 1);
      expect(await track.verify(undefined, new Set([1]))).toEqual([]);
      expect(store.verifications()[0]).toMatchObject({ verifiedAtMs: null, nextSegment: null });
      expect(await track.verify(undefined, new Set())).toEqual([1]);
      expect(store.verifications()[0]?.verifiedAtMs).not.toBeNull();
    });

    it('gives one segment without the others', async () => {
      await track.put(3, randomBytes(70));
      expect(store.storedSegment(one.trackId, 3)).toEqual({ index: 3, plainBytes: 70 });
      expect(store.storedSegment(one.trackId, 2)).toBeUndefined();
      expect(store.storedSegment('none.at-all', 3)).toBeUndefined();
    });

    it('reserves what is still to come: less is free for others, and each put uses it up', async () => {
      const need = { trackId: one.trackId, plainBytes: 3_000_000, segments: 3 };
      await store.reserve('one', [need]);
      const reserved = store.reservedBytes();
      expect(reserved).toBeGreaterThanOrEqual(3_000_000);
      expect(store.reservedBytes('one')).toBe(reserved);
      expect(store.usedBytes()).toBeLessThan(10_000);
      await track.put(0, randomBytes(1_000_000));
      expect(store.reservedBytes()).toBeLessThanOrEqual(reserved - 1_000_000);
      await store.reserve('one', [{ ...need, plainBytes: 500_000 }]);
      expect(store.reservedBytes()).toBeLessThan(600_000);
      await store.unreserve('one');
      await store.unreserve('one');
      expect(store.reservedBytes()).toBe(0);
      expect((await readAll(track.read(0))).byteLength).toBe(1_000_000);
    });

    it('reserves all or nothing, and says what is lacking', async () => {
      const plainBytes = (await store.freeBytes()) + 50_000_000;
      const refused = await store
        .reserve('one', [{ trackId: one.trackId, plainBytes, segments: 1 }])
        .catch((thrown: unknown) => thrown);
      expect(refused).toMatchObject({ code: 'store/no-space' });
      expect((refused as LayoverError).details.neededBytes).toBeGreaterThan(0);
      expect(store.reservedBytes()).toBe(0);
      await expect(
        store.reserve('one', [{ trackId: 'none.at-all', plainBytes: 1, segments: 1 }]),
      ).rejects.toMatchObject({ code: 'store/missing' });
    });

    it('keeps a reservation when it is opened again, and ends it with the removal', async () => {
      await store.reserve('one', [{ trackId: one.trackId, plainBytes: 1_000_000, segments: 1 }]);
      const again = await under.reopen();
      await again.sweep();
      expect(again.reservedBytes('one')).toBeGreaterThanOrEqual(1_000_000);
      await again.removeDownload('one');
      expect(again.reservedBytes()).toBe(0);
    });

    it('remembers when a track was verified, and goes on with a scrub that was stopped', async () => {
      for (const index of [0, 1, 2]) await track.put(index, randomBytes(1000));
      expect(store.verifications()).toEqual([
        { trackId: one.trackId, downloadId: 'one', verifiedAtMs: null, nextSegment: null },
      ]);
      const stop = new AbortController();
      const paced: number[] = [];
      const stopped = track.scrub({
        signal: stop.signal,
        pace: async (sizeBytes) => {
          paced.push(sizeBytes);
          if (paced.length === 2) stop.abort(new Error('enough'));
        },
      });
      await expect(stopped).rejects.toThrow('enough');
      expect(store.verifications('one')[0]).toMatchObject({ verifiedAtMs: null, nextSegment: 1 });
      let checkedBytes = 0;
      paced.length = 0;
      await under.damage(one.trackId, 2);
      const found = await track.scrub({
        pace: async (sizeBytes) => void paced.push(sizeBytes),
        onProgress: (sizeBytes) => (checkedBytes += sizeBytes),
      });
      expect(found).toEqual([2]);
      expect(checkedBytes).toBe(3000);
      expect(paced.length).toBeLessThanOrEqual(2);
      expect(store.verifications('one')[0]).toMatchObject({ nextSegment: null });
      expect(store.verifications('one')[0]?.verifiedAtMs).not.toBeNull();
    });

    it('moves to another folder while it is used, and is found there again', async () => {
      const plain = randomBytes(600_000);
      await track.put(0, plain);
      const to = await under.emptyFolder();
      expect(await store.inspect(to)).toMatchObject({ folder: to, isCurrent: false, problem: null });
      const progress: MoveProgress[] = [];
      const reading = track.read(0)[Symbol.asyncIterator]();
      const first = await reading.next();
      await store.move(to, { onProgress: (each) => progress.push(each) });
      expect(store.folder).toBe(to);
      const pieces = [first.value as Uint8Array];
      for (let next = await reading.next(); !next.done; next = await reading.next()) pieces.push(next.value);
      expect(Buffer.concat(pieces).equals(plain)).toBe(true);
      await track.put(1, plain);
      expect(progress.at(-1)!.movedBytes).toBe(progress.at(-1)!.totalBytes);
      expect(progress.every(({ movedBytes, totalBytes }) => movedBytes <= totalBytes)).toBe(true);
      expect((await store.inspect(to)).isCurrent).toBe(true);
      const again = await under.reopen();
      expect(again.folder).toBe(to);
      expect(await again.isPresent()).toBe(true);
      const opened = again.unlock(one.trackId, contentKey);
      expect((await readAll(opened.read(1))).equals(plain)).toBe(true);
      opened.close();
    });

    it('stays where it is when a move is cancelled, and makes only one at a time', async () => {
      const plain = randomBytes(2000);
      await track.put(0, plain);
      const before = store.folder;
      const stop = new AbortController();
      const moving = store.move(await under.emptyFolder(), {
        signal: stop.signal,
        pace: async () => {
          await expect(store.move('/elsewhere')).rejects.toMatchObject({ code: 'store/moving' });
          stop.abort(new Error('thought better of it'));
        },
      });
      await expect(moving).rejects.toThrow('thought better of it');
      expect(store.folder).toBe(before);
      expect((await readAll(track.read(0))).equals(plain)).toBe(true);
    });

    it('refuses everything once it is closed', async () => {
      await track.put(0, randomBytes(10));
      const writer = track.begin(1, 500_000);
      await writer.write(randomBytes(300_000));
      await store.close();
      expect(() => writer.write(randomBytes(1))).toThrow(expect.objectContaining({ code: 'store/locked' }));
      await expect(writer.commit()).rejects.toMatchObject({ code: 'store/locked' });
      await expect(track.put(1, randomBytes(10))).rejects.toMatchObject({ code: 'store/locked' });
      await expect(readAll(track.read(0))).rejects.toMatchObject({ code: 'store/locked' });
      expect(() => store.unlock(one.trackId, contentKey)).toThrow(
        expect.objectContaining({ code: 'store/locked' }),
      );
    });
  });
}
