import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, openStore, openTrack, readSegment, segmentBytes, trackSpec } from '../../testing/store.ts';
import type { Allocate } from './allocate.ts';
import { FRAME_BYTES, HEADER_BYTES, sealedBytesOf } from './format.ts';
import { sealedNeed } from './reservations.ts';

const { trackId } = trackSpec();
const need = (plainBytes: number, segments = 1, id = trackId) => [{ trackId: id, plainBytes, segments }];
const MIB = 1024 * 1024;
const cannot: Allocate = async () => 'unsupported';

it('a need covers its segments however they are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3 * FRAME_BYTES), { minLength: 1, maxLength: 20 }), (sizes) => {
      const plainBytes = sizes.reduce((sum, size) => sum + size, 0);
      const sealed = sizes.reduce((sum, size) => sum + sealedBytesOf(size), 0);
      const wanted = sealedNeed({ plainBytes, segments: sizes.length });
      expect(wanted).toBeGreaterThanOrEqual(sealed);
      expect(wanted - sealed).toBeLessThanOrEqual(16 * (sizes.length + 1 + plainBytes / FRAME_BYTES));
    }),
  );
});

it('what is left is what was reserved less what was put since, whatever happens', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('put' as const), index: fc.nat(3), size: fc.nat(5_000) }),
    fc.record({ do: fc.constant('reserve' as const), index: fc.nat(3), size: fc.nat(50_000) }),
    fc.record({ do: fc.constant('unreserve' as const), index: fc.constant(0), size: fc.constant(0) }),
    fc.record({ do: fc.constant('sweep' as const), index: fc.constant(0), size: fc.constant(0) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { store, downloads, close } = openStore(undefined, { allocate: cannot });
      const track = await openTrack(store);
      const held = new Map<number, Buffer>();
      let upToBytes = 0;
      const used = () =>
        [...held.values()].reduce((sum, one) => sum + sealedBytesOf(one.length), HEADER_BYTES);
      for (const { do: what, index, size } of steps) {
        if (what === 'put') {
          held.set(index, segmentBytes(size, size));
          await track.put(index, segmentBytes(size, size));
        } else if (what === 'reserve') {
          await store.reserve('download', need(size, index));
          upToBytes = used() + sealedNeed({ plainBytes: size, segments: index });
        } else if (what === 'unreserve') {
          await store.unreserve('download');
          upToBytes = 0;
        } else await store.sweep();
        expect(store.usedBytes()).toBe(used());
        expect(store.reservedBytes('download')).toBe(Math.max(0, upToBytes - used()));
        // However a reservation ends, no stored record is cut.
        expect(fs.statSync(path.join(downloads, `${trackId}.sealed`)).size).toBeGreaterThanOrEqual(used());
      }
      for (const [index, bytes] of held) expect((await readSegment(track, index)).equals(bytes)).toBe(true);
      track.close();
      close();
    }),
    { numRuns: 12 },
  );
});

describe('where no blocks can be taken', () => {
  it('less is told to be free, and a second download is refused what the first has', async () => {
    const { store } = openStore(undefined, { allocate: cannot });
    await openTrack(store);
    await openTrack(store, trackSpec('v-720p', 'second'));
    const half = Math.floor((await store.freeBytes()) * 0.6);
    await store.reserve('download', need(half));
    const refused = store.reserve('second', need(half, 1, 'second.v-720p'));
    await expect(refused).rejects.toThrow(code('store/no-space'));
    await store.unreserve('download');
    await store.reserve('second', need(half, 1, 'second.v-720p'));
    expect(store.reservedBytes()).toBe(store.reservedBytes('second'));
  });
});

it('gives everything back when the disk refuses half-way', async () => {
  let calls = 0;
  const { store } = openStore(undefined, {
    async allocate() {
      calls += 1;
      if (calls === 2) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
      return 'allocated';
    },
  });
  await openTrack(store);
  await openTrack(store, trackSpec('a-en'));
  const both = [...need(1000), ...need(1000, 1, trackSpec('a-en').trackId)];
  await expect(store.reserve('download', both)).rejects.toThrow(code('store/no-space'));
  expect(calls).toBe(2);
  expect(store.reservedBytes()).toBe(0);
});

describe.skipIf(process.platform !== 'linux')('real blocks', () => {
  const blocksOf = (downloads: string) => fs.statSync(path.join(downloads, `${trackId}.sealed`)).blocks * 512;

  it('lie behind the end of the file until they are used or given back', async () => {
    const { store, downloads } = openStore();
    const track = await openTrack(store);
    await store.reserve('download', need(20 * MIB, 5));
    expect(blocksOf(downloads)).toBeGreaterThan(20 * MIB);
    expect(fs.statSync(path.join(downloads, `${trackId}.sealed`)).size).toBe(HEADER_BYTES);
    for (let index = 0; index < 3; index += 1) await track.put(index, segmentBytes(index, MIB));
    expect(blocksOf(downloads)).toBeGreaterThan(20 * MIB);
    expect(store.usedBytes()).toBeLessThan(4 * MIB);
    await store.sweep();
    expect(blocksOf(downloads)).toBeGreaterThan(20 * MIB);
    await store.unreserve('download');
    expect(blocksOf(downloads)).toBeLessThan(4 * MIB);
    expect(await track.verify()).toEqual([]);
  });

  it('of nobody are cut off by a sweep', async () => {
    const { store, downloads, database } = openStore();
    const track = await openTrack(store);
    await track.put(0, segmentBytes(0, MIB));
    await store.reserve('download', need(20 * MIB));
    track.close();
    database.sql.exec('DELETE FROM store_reservation');
    await store.sweep();
    expect(blocksOf(downloads)).toBeLessThan(2 * MIB);
    expect(store.stored(trackId)).toHaveLength(1);
  });
});
