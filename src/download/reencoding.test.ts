import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDownloadWorld, expectAllStored, second } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import { createSampleVideo } from '../../testing/sample-video.ts';
import type { SampleVideo } from '../../testing/sample-video.ts';
import { passTimeUntil, until } from '../../testing/until.ts';
import { filesOf, renditionsOf } from '../shared/presentation.ts';

let world: DownloadWorld;
beforeEach(async () => {
  world = await createDownloadWorld();
  world.start();
});
afterEach(() => world.dispose());

/** The same video and key, with other bytes in one rendition: under other paths, or under the old ones. */
function reencode(renditionId: string, keepsPaths: boolean): SampleVideo {
  const other = createSampleVideo('second-again', { segments: 2, contentKey: second.contentKey });
  const files = new Map(second.files);
  const plain = new Map(second.plain);
  const pathOf = (path: string) => (keepsPaths ? path.replace('second-again/', 'second/') : path);
  const fresh = renditionsOf(other.presentation).find(({ id }) => id === renditionId)!;
  for (const { path, index } of filesOf(fresh)) {
    files.set(pathOf(path), other.files.get(path)!);
    plain.set(`${renditionId}/${index}`, other.plain.get(`${renditionId}/${index}`)!);
  }
  const renamed = {
    ...fresh,
    ...(fresh.init && { init: { ...fresh.init, path: pathOf(fresh.init.path) } }),
    segments: fresh.segments.map((segment) => ({ ...segment, path: pathOf(segment.path) })),
  };
  const swap = <R extends { id: string }>(list: R[]) =>
    list.map((one) => (one.id === renditionId ? (renamed as unknown as R) : one));
  const { video, audio, subtitles } = second.presentation;
  const presentation = {
    ...second.presentation,
    video: swap(video),
    audio: swap(audio),
    subtitles: swap(subtitles),
  };
  return { ...second, presentation, files, plain };
}

/** Some of it is stored; then the service puts another video in its place. */
async function halfway(again: SampleVideo) {
  const last = /v-480p.2\.m4s|vtt$/;
  world.server.misbehave = ({ path }) => (last.test(path) ? { kind: 'hang' } : undefined);
  const { downloadId } = world.add(second);
  await until(() => world.server.requests.length === 7);
  await passTimeUntil(world.clock, () => world.store.stored(`${downloadId}.a-en`).length === 3, 10);
  await world.downloads.pause(downloadId);
  world.server.misbehave = () => undefined;
  world.reencoded.set('second', again);
  for (const path of second.files.keys()) if (!again.files.has(path)) world.server.files.delete(path);
  for (const [path, bytes] of again.files) world.server.files.set(path, bytes);
  return downloadId;
}

describe('a video that was re-encoded in the middle', () => {
  it.each([
    ['under other addresses', false],
    ['under the same addresses', true],
  ])('%s: what did not change stays, the rest comes anew, nothing is mixed', async (_how, keepsPaths) => {
    const again = reencode('v-480p', keepsPaths);
    const downloadId = await halfway(again);
    // The old files are gone.
    if (!keepsPaths)
      for (const path of second.files.keys())
        if (path.startsWith('second/v-480p/')) world.server.files.delete(path);
    const asked = world.server.requests.length;
    const audio = world.store.stored(`${downloadId}.a-en`).length;
    expect(audio).toBeGreaterThan(0);
    world.downloads.resume(downloadId);
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, again, downloadId);
    expect(world.log.lines.some(({ event }) => event === 'download.reencoded')).toBe(true);
    const sound = world.server.requests.slice(asked).filter(({ path }) => path.startsWith('second/a-en/'));
    expect(sound.length).toBeLessThanOrEqual(3 - audio);
  });

  it('without what was chosen: says so', async () => {
    const { presentation } = second;
    const gone = { ...second, presentation: { ...presentation, audio: [] } };
    const downloadId = await halfway(gone);
    for (const path of second.files.keys()) world.server.files.delete(path);
    world.downloads.resume(downloadId);
    await world.reach(downloadId, 'failed');
    expect(world.downloads.get(downloadId).error?.code).toBe('download/replaced');
  });
});
