import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  isCompleted,
  openEngine,
  played,
  reach,
  signIn,
  smallest,
  startServiceWithFilm,
  trickling,
} from '../../testing/engine-world.ts';
import type { ServiceWithFilm } from '../../testing/engine-world.ts';
import { operate as operateOn } from '../../testing/operator.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';

let service: ServiceWithFilm;
beforeAll(async () => {
  service = await startServiceWithFilm();
});
afterAll(() => service.remove());

const operate = (below: string, body: object) =>
  operateOn({ apiUrl: service.running.apiUrl, dataDir: service.dataDir }, below, body);

const rotate = () => operate('content-keys', { videoId: service.video.videoId, reason: 'a leak' });
const ids = ['v-240p', 'a-en', 's-fr'];

test('a stream goes on when its content key is replaced, and plays again in the same run', async () => {
  const { videoId } = service.video;
  const engine = await openEngine({ folder: temporaryFolder(), serviceUrl: service.running.apiUrl });
  await signIn(engine);
  const first = await engine.client.playback.start({ videoId });
  const before = await played(engine, first.playlistPath, ids);
  await rotate();
  expect(await played(engine, first.playlistPath, ids)).toEqual(before);
  const encryptedAnew = () =>
    engine.log.lines.filter(({ event }) => event === 'playback.encrypted-anew').length;
  expect(encryptedAnew()).toBe(1);
  const again = await engine.client.playback.start({ videoId });
  expect(await played(engine, again.playlistPath, ids)).toEqual(before);
  expect(encryptedAnew()).toBe(1);
  // One that was begun and did not hear of it until it is played again.
  await rotate();
  const third = await engine.client.playback.start({ videoId });
  expect(await played(engine, third.playlistPath, ids)).toEqual(before);
  await engine.close();
});

test('a content key that leaked is replaced: what is downloaded plays on under the old one, what is half there comes anew', async () => {
  const { videoId, titleId } = service.video;
  const open = () => openEngine({ folder: temporaryFolder(), serviceUrl: service.running.apiUrl });
  const [whole, half] = [await open(), await open()];
  for (const engine of [whole, half]) await signIn(engine);
  const asked = { videoId, preferences: smallest };
  const first = await whole.client.downloads.add(asked);
  await reach(whole, first.downloadId, isCompleted);
  const plays = async (engine: typeof whole) => {
    const { playlistPath, stored } = await engine.client.playback.start({ videoId });
    return { stored, bytes: await played(engine, playlistPath, ['v-240p']) };
  };
  const before = await plays(whole);
  expect(before.bytes.size).toBeGreaterThan(2);

  await service.misbehave(trickling('v-240p/[23]'));
  const { downloadId } = await half.client.downloads.add(asked);
  await reach(half, downloadId, ({ storedBytes }) => storedBytes > 300_000);
  await half.client.downloads.pause({ downloadId });
  await service.misbehave();
  const mixed = await half.client.playback.start({ videoId });
  expect(mixed.stored).toBe('some');
  await rotate();

  // Begun with stored segments in front: goes on with the new ones. Begun now, all is streamed.
  expect(await played(half, mixed.playlistPath, ['v-240p'])).toEqual(before.bytes);
  expect(await plays(half)).toEqual({ stored: 'none', bytes: before.bytes });
  expect((await half.client.downloads.list())[0]?.storedBytes).toBeGreaterThan(300_000);
  await half.client.downloads.resume({ downloadId });
  await reach(half, downloadId, isCompleted);
  expect(await plays(half)).toEqual(before);
  expect(half.log.lines.some(({ event }) => event === 'download.reencoded')).toBe(true);

  expect(await whole.client.downloads.renewLicense({ downloadId: first.downloadId })).toMatchObject({
    verdict: { allowed: true },
  });
  expect(await plays(whole)).toEqual(before);
  // Another license in place of the old one carries its key, too.
  await operate('revocations', { which: { titleId }, reason: 'a test' });
  await operate('revocations/lift', { which: { titleId }, reason: 'a test' });
  await whole.client.licenses.checkIn();
  expect(await plays(whole)).toEqual(before);
  await Promise.all([whole.close(), half.close()]);
});
