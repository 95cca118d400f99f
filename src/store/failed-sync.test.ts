import { expect, it } from 'vitest';
import {
  code,
  openStore,
  openTrack,
  readSegment,
  segmentBytes,
  trackSpec,
  unlockTrack,
} from '../../testing/store.ts';
import type { ErrorCode } from '../shared/errors.ts';

it.each<[string, ErrorCode]>([
  ['EIO', 'store/unreadable'],
  ['ENOSPC', 'store/no-space'],
  ['EROFS', 'store/read-only'],
])(
  'a sync that ends in %s: told, nothing of it is listed, what was stored stays, the next goes on',
  async (reason, told) => {
    let fails = false;
    const { folder, store, close } = openStore(undefined, {
      async syncFile(file) {
        // Written it is: whether it would survive is what nobody knows.
        await file.datasync();
        if (fails) throw Object.assign(new Error(reason), { code: reason });
      },
    });
    const track = await openTrack(store);
    const { trackId } = trackSpec();
    const plain = [0, 1, 2, 3].map((seed) => segmentBytes(seed, 70_000));
    const put = (index: number) => track.put(index, plain[index] ?? Buffer.alloc(0));
    const listed = () =>
      store
        .stored(trackId)
        .map(({ index }) => index)
        .sort();
    await put(0);
    fails = true;
    const together = await Promise.allSettled([put(1), put(2)]);
    expect(together).toMatchObject([1, 2].map(() => ({ status: 'rejected', reason: code(told) })));
    expect(listed()).toEqual([0]);
    expect((await readSegment(track, 0)).equals(segmentBytes(0, 70_000))).toBe(true);
    fails = false;
    await Promise.all([put(2), put(3), put(1)]);
    expect(listed()).toEqual([0, 1, 2, 3]);
    track.close();
    await store.close();
    close();

    const again = openStore(folder);
    expect(await again.store.sweep()).toMatchObject({ lostTracks: 0, lostSegments: 0 });
    const opened = unlockTrack(again.store);
    for (const [index, bytes] of plain.entries())
      expect((await readSegment(opened, index)).equals(bytes)).toBe(true);
  },
);
