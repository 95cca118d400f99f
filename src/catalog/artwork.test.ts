import { readdirSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { createArtwork } from './artwork.ts';

function world(mostBytes: number, kept: string[] = []) {
  const folder = temporaryFolder();
  let id = 0;
  const artwork = createArtwork({
    folder,
    remote: { artwork: async () => new Uint8Array(100) },
    newId: () => `${id++}`,
    mostBytes,
    keptTitleIds: () => new Set(kept),
  });
  /** Looks at the backdrop of each, the first one longest ago. */
  async function see(...titleIds: string[]): Promise<void> {
    for (const titleId of titleIds) await artwork(titleId, 'backdrop', '1');
  }
  const age = (titleId: string, seconds: number) =>
    utimesSync(path.join(folder, `${titleId}.backdrop.1.jpg`), seconds, seconds);
  return {
    artwork,
    see,
    age,
    titles: () => readdirSync(folder).map((name) => name.replace('.backdrop.1.jpg', '')),
  };
}
const named = (count: number) => Array.from({ length: count }, (_, n) => `t${n}`);

test('what was not looked at for the longest time goes when pictures take too much', async () => {
  const { see, age, titles } = world(2_000);
  await see(...named(50));
  for (const [n, titleId] of named(50).entries()) age(titleId, 1_000 + n);
  // Looked at again: the youngest of all.
  await see('t0', 'new');
  expect(titles()).toHaveLength(20);
  expect(titles()).toEqual(expect.arrayContaining(['t0', 'new', 't49', 't32']));
});

test('pictures of downloads stay, however old, and count for nothing', async () => {
  const { see, age, titles } = world(500, ['t1', 't2.x']);
  await see('t1', 't2.x', ...named(50).slice(2));
  for (const titleId of ['t1', 't2.x']) age(titleId, 1);
  await see('new');
  expect(titles()).toEqual(expect.arrayContaining(['t1', 't2.x', 'new']));
  expect(titles()).toHaveLength(7);
});
