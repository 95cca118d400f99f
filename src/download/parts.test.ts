import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDownloadWorld, expectAllStored, first } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import { createSampleVideo } from '../../testing/sample-video.ts';
import type { SampleVideo } from '../../testing/sample-video.ts';
import { passTimeUntil, until } from '../../testing/until.ts';
import type { Presentation } from '../shared/presentation.ts';
import { KEEP_EVERY_MS } from './segment-sink.ts';

const { contentKey } = first;
const big = createSampleVideo('first', { segments: 1, segmentBytes: 1_000_000, contentKey });
const path = 'first/v-480p/1.m4s';
const KEPT_BYTES = 2 * 262_144;

let world: DownloadWorld;
beforeEach(async () => {
  world = await createDownloadWorld();
  for (const [name, bytes] of big.files) world.server.files.set(name, bytes);
  world.start();
});
afterEach(() => world.dispose());

/** The picture's segment comes as far as this and no further. */
async function breakOff(video: SampleVideo, afterBytes = 600_000): Promise<string> {
  world.server.misbehave = (request) =>
    request.path === path ? { kind: 'hang-in-body', afterBytes } : undefined;
  const { downloadId } = world.add(video);
  const held = () => world.store.tracks(downloadId).flatMap(({ trackId }) => world.store.stored(trackId));
  await passTimeUntil(world.clock, () => held().length === video.files.size - 1, 10);
  return downloadId;
}
async function pauseIt(downloadId: string): Promise<void> {
  await world.downloads.pause(downloadId);
  world.server.misbehave = () => undefined;
  world.server.requests.length = 0;
}
const asked = () => world.server.requests.filter((request) => request.path === path);
const partsOf = (downloadId: string) => world.store.parts(`${downloadId}.v-480p`);

it('of a segment that is paused half-way only the rest is asked for', async () => {
  const downloadId = await breakOff(big);
  await until(() => asked().length === 1);
  await pauseIt(downloadId);
  expect(partsOf(downloadId)).toEqual([{ index: 0, keptBytes: KEPT_BYTES }]);
  world.downloads.resume(downloadId);
  await world.reach(downloadId, 'completed');
  expect(asked().map(({ range }) => range)).toEqual([`bytes=${KEPT_BYTES}-`]);
  await expectAllStored(world, big, downloadId);
  expect(partsOf(downloadId)).toEqual([]);
});

it('of a segment that is killed half-way what was noted is kept, and what was not comes again', async () => {
  world.server.misbehave = (request) =>
    request.path === path ? { kind: 'hang-in-body', afterBytes: 300_000 } : undefined;
  const { downloadId } = world.add(big);
  await until(() => asked().length === 1);
  // It hangs until it is given up, goes on with the rest, and hangs again.
  await passTimeUntil(world.clock, () => asked().length === 3, KEEP_EVERY_MS / 10);
  await until(() => partsOf(downloadId).length === 1);
  const killed = world.downloads;
  world.server.misbehave = () => undefined;
  world.server.requests.length = 0;
  const [{ keptBytes } = { keptBytes: 0 }] = partsOf(downloadId);
  world.start();
  await world.reach(downloadId, 'completed');
  expect(keptBytes).toBeGreaterThan(0);
  expect(asked().some(({ range }) => range === `bytes=${keptBytes}-`)).toBe(true);
  await expectAllStored(world, big, downloadId);
  await killed.stop();
});

it('begins again when what was kept turns out to be wrong', async () => {
  const bytes = big.files.get(path)!.slice();
  bytes.fill(7, 0, 500_000);
  world.server.files.set(path, bytes);
  const downloadId = await breakOff(big);
  await pauseIt(downloadId);
  expect(partsOf(downloadId)).toHaveLength(1);
  world.server.files.set(path, big.files.get(path)!);
  world.downloads.resume(downloadId);
  await world.reach(downloadId, 'completed');
  expect(asked().map(({ range }) => range)).toEqual([`bytes=${KEPT_BYTES}-`, undefined]);
  await expectAllStored(world, big, downloadId);
});

it('tells how much has come, within segments too, and keeps telling it over a pause', async () => {
  const downloadId = await breakOff(big);
  const { storedBytes, receivedBytes } = world.downloads.get(downloadId);
  expect(receivedBytes - storedBytes).toBe(600_000);
  await pauseIt(downloadId);
  expect(world.downloads.get(downloadId)).toMatchObject({
    storedBytes,
    receivedBytes: storedBytes + KEPT_BYTES,
  });
  await world.downloads.stop();
  world.start();
  expect(world.downloads.get(downloadId)).toMatchObject({
    storedBytes,
    receivedBytes: storedBytes + KEPT_BYTES,
  });
  world.downloads.resume(downloadId);
  await world.reach(downloadId, 'completed');
  const told = world.history.filter((one) => one.downloadId === downloadId);
  expect(told.every((one) => one.receivedBytes >= one.storedBytes)).toBe(true);
  expect(told.every((one) => one.receivedBytes <= one.selection.size.bytes)).toBe(true);
  const done = world.downloads.get(downloadId);
  expect(done.receivedBytes).toBe(done.storedBytes);
});

/** As at an address: no digests, no sizes, not encrypted. */
function bare(): SampleVideo {
  const files = new Map(
    [...big.plain].map(([name, plain]) => {
      const [renditionId = '', index] = name.split('/');
      const all = [...big.presentation.video, ...big.presentation.audio, ...big.presentation.subtitles];
      const rendition = all.find(({ id }) => id === renditionId)!;
      const segment = index === '-1' ? rendition.init : rendition.segments[Number(index)];
      return [segment!.path, plain];
    }),
  );
  const strip = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value, (key, each: unknown) => (/^(integrity|encryption)$/.test(key) ? undefined : each))) as T; // prettier-ignore
  return { ...big, files, presentation: strip<Presentation>(big.presentation) };
}

it.each([
  ['goes on under the same strong ETag', '"one"', [`bytes=${KEPT_BYTES}-`]],
  ['begins again under another', '"two"', [`bytes=${KEPT_BYTES}-`]],
])('without a digest it %s', async (_how, etag, ranges) => {
  const video = bare();
  for (const [name, bytes] of video.files) world.server.files.set(name, bytes);
  world.server.etags.set(path, '"one"');
  const downloadId = await breakOff(video);
  await pauseIt(downloadId);
  expect(partsOf(downloadId)).toHaveLength(1);
  const now = new Uint8Array(video.files.get(path)!);
  if (etag !== '"one"') now.fill(9, 0, 300_000);
  world.server.files.set(path, now);
  world.server.etags.set(path, etag);
  world.downloads.resume(downloadId);
  await world.reach(downloadId, 'completed');
  expect(asked().map(({ range, ifRange }) => [range, ifRange])).toEqual(
    ranges.map((range) => [range, '"one"']),
  );
  const plain = new Map(video.plain).set('v-480p/0', now);
  await expectAllStored(world, { ...video, plain }, downloadId);
});

it('without digest or strong ETag nothing is kept', async () => {
  const video = bare();
  for (const [name, bytes] of video.files) world.server.files.set(name, bytes);
  const downloadId = await breakOff(video);
  await pauseIt(downloadId);
  expect(partsOf(downloadId)).toEqual([]);
});
