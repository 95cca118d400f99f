import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
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
import { merged } from './copy-track.ts';
import { MARKER } from './folder.ts';
import type { Pacer } from './types.ts';

const { trackId } = trackSpec();
const filesIn = (folder: string) => (fs.existsSync(folder) ? fs.readdirSync(folder).sort() : []);

async function filledStore(segments = 4) {
  const opened = openStore();
  const track = await openTrack(opened.store);
  for (let index = 0; index < segments; index += 1) await track.put(index, segmentBytes(index, 300_000));
  return { ...opened, track, target: path.join(temporaryFolder(), 'new', 'place') };
}

/** Does something once, before piece number `at` is moved. */
function before(at: number, what: () => unknown): Pacer {
  let pieces = 0;
  return async () => {
    pieces += 1;
    if (pieces === at) await what();
  };
}

describe('a move', () => {
  it('leaves nothing behind, makes the folder, and brings along what is put meanwhile', async () => {
    const { store, downloads, track, target } = await filledStore();
    let next = 4;
    await store.move(target, {
      async pace() {
        if (next >= 40) return;
        next += 1;
        await track.put(next - 1, segmentBytes(next - 1, 10_000));
        // Also one that was copied already.
        await track.put(0, segmentBytes(100 + next, 200_000));
      },
    });
    expect(filesIn(downloads)).toEqual([]);
    expect(filesIn(target)).toEqual([`${trackId}.sealed`, MARKER].sort());
    expect(await track.verify()).toEqual([]);
    expect((await readSegment(track, 0)).equals(segmentBytes(100 + next, 200_000))).toBe(true);
    for (let index = 4; index < next; index += 1)
      expect((await readSegment(track, index)).equals(segmentBytes(index, 10_000))).toBe(true);
    expect(await store.sweep()).toEqual({ orphanFiles: 0, lostTracks: 0, lostSegments: 0 });
  });

  it('takes along tracks that are made, and not those that are removed, while it runs', async () => {
    const { store, target } = await filledStore();
    await openTrack(store, trackSpec('v-720p', 'gone'));
    let pieces = 0;
    await store.move(target, {
      async pace() {
        pieces += 1;
        if (pieces === 1)
          await (await openTrack(store, trackSpec('a-en', 'new'))).put(0, segmentBytes(9, 500));
        if (pieces === 3) await store.removeDownload('gone');
      },
    });
    expect(filesIn(target)).toEqual(['download.v-720p.sealed', MARKER, 'new.a-en.sealed'].sort());
    expect((await readSegment(unlockTrack(store, trackSpec('a-en', 'new')), 0)).length).toBe(500);
  });

  it('that is cancelled at any piece leaves the old place as it was and the new one empty', async () => {
    const { store, downloads, track, target } = await filledStore();
    const was = filesIn(downloads);
    let pieces = 0;
    await store.inspect(target);
    for (let at = 1; at < 100; at += 1) {
      const stop = new AbortController();
      const moving = store.move(target, {
        signal: stop.signal,
        pace: before(at, () => stop.abort(new Error('enough'))),
      });
      const outcome = await moving.then(
        () => 'moved',
        (thrown: Error) => thrown.message,
      );
      if (outcome === 'moved') break;
      pieces = at;
      expect(outcome).toBe('enough');
      expect(filesIn(target)).toEqual([]);
      expect(filesIn(downloads)).toEqual(was);
    }
    expect(pieces).toBeGreaterThan(2);
    expect(store.folder).toBe(target);
    expect(await track.verify()).toEqual([]);
  });

  it('refuses what is no place for it, and says why', async () => {
    const { store, downloads } = await filledStore(1);
    const inside = path.join(downloads, 'deeper');
    const full = temporaryFolder();
    fs.writeFileSync(path.join(full, 'holiday.jpg'), '');
    const taken = openStore();
    await openTrack(taken.store);
    const file = path.join(temporaryFolder(), 'file');
    fs.writeFileSync(file, '');
    for (const [folder, problem] of [
      [inside, 'store/place-inside'],
      [full, 'store/place-not-empty'],
      [taken.downloads, 'store/place-taken'],
      [path.join(file, 'under'), 'store/place-no-folder'],
      [file, 'store/place-no-folder'],
      ...(process.platform === 'linux' ? ([['/proc/x', 'store/place-unusable']] as const) : []),
    ] as const) {
      expect((await store.inspect(folder)).problem).toMatchObject({ code: problem });
      await expect(store.move(folder)).rejects.toThrow(code(problem));
    }
    expect(filesIn(inside)).toEqual([]);
    const cruft = temporaryFolder();
    fs.mkdirSync(path.join(cruft, 'lost+found'));
    expect((await store.inspect(cruft)).problem).toBeNull();
    const before = store.folder;
    await store.move(before);
    expect(store.folder).toBe(before);
  });

  it('ends with the place that vanished, and clears up when it comes back', async () => {
    const { store, track, target, folder, close } = await filledStore();
    await openTrack(store, trackSpec('a-en'));
    const away = `${target}-away`;
    const moving = store.move(target, { pace: before(3, () => fs.renameSync(target, away)) });
    await expect(moving).rejects.toThrow(code('store/place-gone'));
    expect(store.folder).not.toBe(target);
    expect(await track.verify()).toEqual([]);
    track.close();
    close();
    fs.renameSync(away, target);
    expect(filesIn(target).length).toBeGreaterThan(1);
    const again = openStore(folder);
    await again.store.sweep();
    expect(filesIn(target)).toEqual([]);
    await again.store.move(target);
    expect(await unlockTrack(again.store).verify()).toEqual([]);
  });

  it('says so of the old place when that is the one that vanished', async () => {
    const { store, downloads, target, track } = await filledStore();
    await openTrack(store, trackSpec('a-en'));
    const moving = store.move(target, {
      pace: before(3, () => fs.renameSync(downloads, `${downloads}-away`)),
    });
    await expect(moving).rejects.toThrow(code('store/absent'));
    fs.renameSync(`${downloads}-away`, downloads);
    expect(store.folder).toBe(downloads);
    expect(await track.verify()).toEqual([]);
  });

  it('reads back what it wrote, and says which drive changed it', async () => {
    const { store, downloads, target, track } = await filledStore();
    const copy = path.join(target, `${trackId}.sealed`);
    const moving = store.move(target, {
      // Two pieces are written, then two are read.
      pace: before(3, () => {
        const bytes = fs.readFileSync(copy);
        bytes[700_000]! ^= 1;
        fs.writeFileSync(copy, bytes);
      }),
    });
    await expect(moving).rejects.toThrow(code('store/place-failing'));
    expect(store.folder).toBe(downloads);
    expect(filesIn(target)).toEqual([]);
    expect(await track.verify()).toEqual([]);
  });

  it('may be tried again into what it left there itself', async () => {
    const { store, track, target } = await filledStore();
    const away = `${target}-away`;
    const moving = store.move(target, { pace: before(3, () => fs.renameSync(target, away)) });
    await expect(moving).rejects.toThrow(code('store/place-gone'));
    fs.renameSync(away, target);
    await store.move(target);
    expect(store.folder).toBe(target);
    expect(await track.verify()).toEqual([]);
  });

  it('does not take another drive under the same name for its place', async () => {
    const { store, track, target } = await filledStore();
    await store.move(target);
    fs.renameSync(target, `${target}-away`);
    fs.mkdirSync(target);
    fs.writeFileSync(path.join(target, MARKER), 'downloads of Layover\nPlace: another\n');
    expect(await store.isPresent()).toBe(false);
    await expect(store.createTrack(trackSpec('a-en'), new Uint8Array(16))).rejects.toThrow(
      code('store/absent'),
    );
    expect(await store.sweep()).toEqual({ orphanFiles: 0, lostTracks: 0, lostSegments: 0 });
    fs.rmSync(target, { recursive: true });
    fs.renameSync(`${target}-away`, target);
    expect(await store.isPresent()).toBe(true);
    expect(await track.verify()).toEqual([]);
  });

  it('takes the reservation along', async () => {
    const { store, target } = await filledStore();
    await store.reserve('download', [{ trackId, plainBytes: 30_000_000, segments: 10 }]);
    const reserved = store.reservedBytes();
    await store.move(target);
    expect(store.reservedBytes()).toBe(reserved);
    if (process.platform === 'linux')
      expect(fs.statSync(path.join(target, `${trackId}.sealed`)).blocks * 512).toBeGreaterThan(30_000_000);
  });
});

describe('a drive', () => {
  it('that is pulled out and put back plays again without a restart', async () => {
    const { store, downloads, track } = await filledStore();
    track.close();
    const open = unlockTrack(store);
    fs.renameSync(downloads, `${downloads}-away`);
    await expect(readSegment(open, 0)).rejects.toThrow(code('store/absent'));
    await expect(open.put(9, segmentBytes(9, 10))).rejects.toThrow(code('store/absent'));
    expect(await store.isPresent()).toBe(false);
    expect(store.stored(trackId)).toHaveLength(4);
    fs.renameSync(`${downloads}-away`, downloads);
    expect((await readSegment(open, 0)).equals(segmentBytes(0, 300_000))).toBe(true);
    await open.put(9, segmentBytes(9, 10));
  });

  it('that cannot be read just now loses nothing, and its dead handles are opened anew', async () => {
    const { store, track } = await filledStore();
    await readSegment(track, 0);
    const handles: { read: unknown }[] = [];
    const { open } = fs.promises;
    const spy = vi.spyOn(fs.promises, 'open').mockImplementation(async (...args) => {
      const handle = await open(...args);
      handles.push(handle);
      return handle;
    });
    try {
      track.close();
      const again = unlockTrack(store);
      await readSegment(again, 0);
      const dead = async () => {
        throw Object.assign(new Error('i/o error'), { code: 'EIO' });
      };
      for (const handle of handles) handle.read = dead;
      await expect(readSegment(again, 1)).rejects.toThrow(code('store/unreadable'));
      expect(store.stored(trackId)).toHaveLength(4);
      expect((await readSegment(again, 1)).equals(segmentBytes(1, 300_000))).toBe(true);
    } finally {
      spy.mockRestore();
    }
  });
});

it('copies runs, not records', () => {
  const runs = merged([
    { offset: 30, length: 10 },
    { offset: 0, length: 10 },
    { offset: 10, length: 5 },
    { offset: 32, length: 20 },
  ]);
  expect(runs).toEqual([
    { offset: 0, length: 15 },
    { offset: 30, length: 22 },
  ]);
});
