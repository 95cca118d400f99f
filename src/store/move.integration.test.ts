import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startChild } from '../../testing/children/child.ts';
import { mountSmallDisk, mountsImpossible } from '../../testing/mounts.ts';
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
import { temporaryFolder } from '../../testing/temporary-folder.ts';

const { trackId } = trackSpec();
const MIB = 1024 * 1024;
const CANARY = 'a sentence that nobody else on this computer has ever written';

/** Every file below these folders, SQLite's log and shared memory included. */
function everyFile(...folders: string[]): string[] {
  return folders
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) =>
      fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
    )
    .filter((file) => fs.statSync(file).isFile());
}

it('a kill at any instant of a move leaves one place or the other whole, and no plain byte or key anywhere', async () => {
  const folder = temporaryFolder();
  const places = ['one', 'two'].map((name) => path.join(temporaryFolder(), name));
  /** What each number may hold: what was stored last, or later puts that were cut off before they were told. */
  const possible = new Map<number, number[]>();
  const certain = new Set<number>();
  let moves = 0;
  let seed = 0;
  for (let round = 0; round < 10; round += 1) {
    const child = startChild('move-store.ts', [folder, ...places, CANARY, String(seed)]);
    // Not by time: after so many lines, so the kill falls at another place of the work each round. How many of them are of
    // moves is a matter of the disk; in every other round one at least was made.
    const mustMove = round % 2 === 1;
    await child.line(
      () => child.lines.length > 2 + ((round * 53) % 97) && (!mustMove || child.lines.includes('moved')),
    );
    await child.kill();
    for (const line of child.lines) {
      if (line === 'moved') moves += 1;
      const began = line.startsWith('begin ');
      const [index, putSeed] = line.replace('begin ', '').split(' ').map(Number);
      if (index === undefined || putSeed === undefined) continue;
      if (began) possible.set(index, [...(possible.get(index) ?? []), putSeed]);
      else {
        possible.set(index, [putSeed]);
        certain.add(index);
      }
      seed = putSeed + 1;
    }

    const needles = [CANARY, Buffer.from(contentKey), Buffer.from(deviceSecret)];
    for (const file of everyFile(folder, ...places)) {
      const bytes = fs.readFileSync(file);
      for (const needle of needles) expect(bytes.includes(needle), file).toBe(false);
    }

    const { store, close } = openStore(folder);
    expect(await store.isPresent()).toBe(true);
    expect((await store.sweep()).lostSegments).toBe(0);
    if (mustMove) expect(places).toContain(store.folder);
    const others = [path.join(folder, 'downloads'), ...places].filter((place) => place !== store.folder);
    for (const place of others)
      expect(
        everyFile(place).filter((file) => file.endsWith('.sealed')),
        place,
      ).toEqual([]);
    expect(store.stored(trackId).map(({ index }) => index)).toEqual(expect.arrayContaining([...certain]));
    const track = unlockTrack(store);
    for (const { index } of store.stored(trackId)) {
      const text = (await readSegment(track, index)).toString();
      const found = Number(text.slice(0, text.indexOf(' ')));
      expect(possible.get(index), `round ${round}: ${index} holds ${found}`).toContain(found);
      expect(text).toBe(`${found} ${CANARY} `.repeat(5000).slice(0, 100_000));
    }
    track.close();
    close();
  }
  expect(moves).toBeGreaterThanOrEqual(5);
});

describe.skipIf(mountsImpossible)(`special disks (${mountsImpossible ?? 'tmpfs'})`, () => {
  it('a target that is too small, fills up or is read-only leaves everything where it was', async () => {
    const { store, downloads } = openStore();
    const track = await openTrack(store);
    for (let index = 0; index < 6; index += 1) await track.put(index, segmentBytes(index, MIB));
    const small = mountSmallDisk(4 * MIB);
    await expect(store.move(small.folder)).rejects.toThrow(code('store/no-space'));

    const filling = mountSmallDisk(8 * MIB);
    let filled = false;
    const moving = store.move(filling.folder, {
      async pace() {
        // Another program takes the room while it is moved.
        if (!filled) fs.writeFileSync(path.join(filling.folder, 'filler'), Buffer.alloc(5 * MIB, 1));
        filled = true;
      },
    });
    await expect(moving).rejects.toThrow(code('store/no-space'));
    expect(fs.readdirSync(filling.folder)).toEqual(['filler']);

    const readOnly = mountSmallDisk(16 * MIB);
    await readOnly.makeReadOnly();
    await expect(store.move(readOnly.folder)).rejects.toThrow(code('store/read-only'));
    expect(store.folder).toBe(downloads);
    expect(await track.verify()).toEqual([]);
  });

  it('what is reserved is there although another program fills the disk', async () => {
    const { folder } = mountSmallDisk(24 * MIB);
    const { store } = openStore(undefined, { downloads: path.join(folder, 'downloads') });
    const track = await openTrack(store);
    const other = await openTrack(store, trackSpec('v-720p', 'other'));
    await store.reserve('download', [{ trackId, plainBytes: 8 * MIB, segments: 8 }]);
    expect(await store.freeBytes()).toBeLessThan(16.5 * MIB);
    await expect(
      store.reserve('other', [
        { trackId: trackSpec('v-720p', 'other').trackId, plainBytes: 20 * MIB, segments: 1 },
      ]),
    ).rejects.toThrow(code('store/no-space'));
    const filler = fs.openSync(path.join(folder, 'filler'), 'w');
    onTestFinished(() => fs.closeSync(filler));
    expect(() => {
      for (;;) fs.writeSync(filler, Buffer.alloc(4096, 1));
    }).toThrow(/ENOSPC/);
    await expect(other.put(0, segmentBytes(0, MIB))).rejects.toThrow(code('store/no-space'));
    for (let index = 0; index < 8; index += 1) await track.put(index, segmentBytes(index, MIB));
    expect(await track.verify()).toEqual([]);
    expect(store.reservedBytes()).toBeLessThan(1000);
  });
});
