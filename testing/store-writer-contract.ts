import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OpenTrack, Store } from '../src/store/types.ts';
import { contentKey, readAll, spec } from './store-contract.ts';
import type { StoreUnderTest } from './store-contract.ts';

/** The part of the contract of a store that is about segments that are still coming, and those that are broken off. */
export function describeWriterContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`${name} keeps the contract of a segment's writer`, () => {
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

    it('takes a segment as it comes, in pieces of any size, and lists it when it is whole', async () => {
      for (const [index, sizeBytes] of [0, 1, 262_143, 262_144, 262_145, 524_288, 700_001].entries()) {
        const plain = randomBytes(sizeBytes);
        const writer = track.begin(index, sizeBytes);
        for (let at = 0, step = 1; at < sizeBytes; at += step, step = (step * 7) % 300_007) {
          await writer.write(plain.subarray(at, at + step));
          expect(store.storedSegment(one.trackId, index)).toBeUndefined();
        }
        await writer.commit();
        expect(store.storedSegment(one.trackId, index)).toEqual({ index, plainBytes: sizeBytes });
        expect((await readAll(track.read(index))).equals(plain)).toBe(true);
      }
    });

    it('takes a segment whose size nobody knows before its end', async () => {
      const plain = randomBytes(300_000);
      const writer = track.begin(0, undefined);
      await writer.write(plain.subarray(0, 290_000));
      await writer.write(plain.subarray(290_000));
      await writer.commit();
      expect((await readAll(track.read(0))).equals(plain)).toBe(true);
    });

    it('forgets a segment that is broken off, and keeps the one that it was to replace', async () => {
      const plain = randomBytes(5000);
      await track.put(0, plain);
      for (const index of [0, 1]) {
        const writer = track.begin(index, 900_000);
        await writer.write(randomBytes(600_000));
        await writer.abort();
        await expect(writer.commit()).rejects.toMatchObject({ code: 'store/locked' });
        await writer.abort();
      }
      expect(store.stored(one.trackId)).toEqual([{ index: 0, plainBytes: 5000 }]);
      expect((await readAll(track.read(0))).equals(plain)).toBe(true);
    });

    it('keeps the beginning of a segment that is broken off, over a new start, until the segment is stored', async () => {
      const plain = randomBytes(1_000_000);
      const writer = track.begin(0, plain.length);
      await writer.write(plain.subarray(0, 900_000));
      await writer.abort({ etag: '"version-1"' });
      expect(store.stored(one.trackId)).toEqual([]);
      const again = await under.reopen();
      await again.sweep();
      expect(again.parts(one.trackId)).toEqual([{ index: 0, keptBytes: 3 * 262_144 }]);
      const opened = again.unlock(one.trackId, contentKey);
      const part = opened.part(0);
      expect(part).toMatchObject({ etag: '"version-1"', plainBytes: plain.length, keptBytes: 3 * 262_144 });
      expect(opened.part(1)).toBeUndefined();
      const next = opened.begin(0, plain.length);
      let at = 0;
      for await (const piece of part!.read()) {
        expect(plain.subarray(at, at + piece.length).equals(piece)).toBe(true);
        at += piece.length;
        await next.write(piece);
      }
      expect(at).toBe(3 * 262_144);
      await next.write(plain.subarray(at));
      await next.commit();
      expect((await readAll(opened.read(0))).equals(plain)).toBe(true);
      expect(again.parts(one.trackId)).toEqual([]);
      opened.close();
    });

    it('keeps of a segment under way what is noted, and nothing of one that turned out wrong', async () => {
      const writer = track.begin(0, 1_000_000);
      await writer.write(randomBytes(300_000));
      await writer.keep(undefined);
      expect(store.parts(one.trackId)).toEqual([{ index: 0, keptBytes: 262_144 }]);
      await writer.write(randomBytes(300_000));
      await writer.keep(undefined);
      expect(store.parts(one.trackId)).toEqual([{ index: 0, keptBytes: 2 * 262_144 }]);
      const shorter = track.begin(0, 1_000_000);
      await shorter.write(randomBytes(300_000));
      await shorter.abort({ etag: undefined });
      expect(store.parts(one.trackId)).toEqual([{ index: 0, keptBytes: 2 * 262_144 }]);
      await writer.abort();
      expect(store.parts(one.trackId)).toEqual([]);
    });

    it('moves what was kept, and removes it with its track', async () => {
      const plain = randomBytes(600_000);
      const writer = track.begin(0, plain.length);
      await writer.write(plain.subarray(0, 550_000));
      await writer.abort({ etag: undefined });
      await store.move(await under.emptyFolder());
      const kept = await readAll(track.part(0)!.read());
      expect(kept.equals(plain.subarray(0, 2 * 262_144))).toBe(true);
      track.part(0)!.drop();
      expect(track.part(0)).toBeUndefined();
      const other = track.begin(1, plain.length);
      await other.write(plain.subarray(0, 550_000));
      await other.abort({ etag: undefined });
      track.close();
      await store.removeTrack(one.trackId);
      expect(store.parts(one.trackId)).toEqual([]);
      await store.createTrack(one, contentKey);
      track = store.unlock(one.trackId, contentKey);
      expect(track.part(1)).toBeUndefined();
    });

    it('refuses more bytes than were told, and to end with fewer', async () => {
      const writer = track.begin(0, 10);
      await writer.write(randomBytes(9));
      expect(() => writer.write(randomBytes(2))).toThrow(RangeError);
      await writer.abort();
      const short = track.begin(0, 10);
      await short.write(randomBytes(9));
      await expect(short.commit()).rejects.toThrow(RangeError);
      expect(store.stored(one.trackId)).toEqual([]);
    });

    it('goes on with a segment that has begun when it is moved', async () => {
      const plain = randomBytes(1_500_000);
      const writer = track.begin(0, plain.length);
      await writer.write(plain.subarray(0, 900_000));
      await store.move(await under.emptyFolder());
      await writer.write(plain.subarray(900_000));
      await writer.commit();
      expect((await readAll(track.read(0))).equals(plain)).toBe(true);
      const opened = (await under.reopen()).unlock(one.trackId, contentKey);
      expect((await readAll(opened.read(0))).equals(plain)).toBe(true);
      opened.close();
    });
  });
}
