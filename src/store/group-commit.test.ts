import { expect, it } from 'vitest';
import { code, openStore, openTrack, readSegment, segmentBytes, trackSpec } from '../../testing/store.ts';

it('lists nothing that the disk did not take, and gives its place to what comes next', async () => {
  const { store, database } = openStore();
  const track = await openTrack(store);
  await track.put(0, segmentBytes(0, 300_000));
  const { flush } = database;
  let asked = 0;
  Object.assign(database, {
    flush: async () => {
      asked += 1;
      // Done already for whoever asks; only its promise is not kept yet.
      expect(store.stored(trackSpec().trackId)).toHaveLength(2);
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    },
  });
  await expect(track.put(1, segmentBytes(1, 300_000))).rejects.toThrow(code('store/no-space'));
  expect(asked).toBe(1);
  expect(store.stored(trackSpec().trackId).map(({ index }) => index)).toEqual([0]);

  Object.assign(database, { flush });
  await track.put(2, segmentBytes(2, 300_000));
  expect(await readSegment(track, 0)).toEqual(segmentBytes(0, 300_000));
  expect(await readSegment(track, 2)).toEqual(segmentBytes(2, 300_000));
  await expect(readSegment(track, 1)).rejects.toThrow();
});
