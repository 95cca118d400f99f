import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDownloadWorld, expectAllStored, first } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import { withKeysAtAddresses } from '../../testing/sample-video.ts';
import { turn } from '../../testing/until.ts';
import type { Presentation, Rendition } from '../shared/presentation.ts';

let world: DownloadWorld;
let downloadId: string;
beforeEach(async () => {
  world = await createDownloadWorld();
  world.start();
  const { files, presentation } = withKeysAtAddresses(first, world.server.base());
  for (const [name, bytes] of files) world.server.files.set(name, bytes);
  world.reencoded.set('first', { ...first, presentation });
});
afterEach(() => world.dispose());

function add() {
  const { presentation } = world.reencoded.get('first') ?? first;
  const about = { titleId: 'title-first' };
  ({ downloadId } = world.downloads.add(
    first.selection,
    { ...presentation, pathways: world.pathways() },
    about,
  ));
}
const keysAsked = () =>
  world.server.requests.filter(({ path }) => path.startsWith('keys/')).map(({ path }) => path);

describe('a download whose keys lie at addresses', () => {
  it('stores what they decrypt, and asks for each once', async () => {
    add();
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, first, downloadId);
    expect(keysAsked().toSorted()).toEqual(['keys/0.key', 'keys/1.key']);
  });

  it('waits while a key cannot be had, and as long as its server asks', async () => {
    world.server.misbehave = ({ path }) =>
      path.startsWith('keys/') ? { kind: 'status', status: 503, retryAfter: '30' } : undefined;
    add();
    await world.reach(downloadId, 'waiting');
    while (!world.downloads.get(downloadId).error) await turn();
    expect(world.downloads.get(downloadId)).toMatchObject({
      waitingFor: 'oca',
      error: { code: 'cdn/no-key', details: { status: 503 } },
    });
    world.server.misbehave = () => undefined;
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, first, downloadId);
  });

  it('fails in the end where a key is gone, and says so', async () => {
    world.server.misbehave = ({ path }) =>
      path.startsWith('keys/') ? { kind: 'status', status: 404 } : undefined;
    add();
    await world.reach(downloadId, 'failed');
    expect(world.downloads.get(downloadId).error).toEqual({ code: 'cdn/no-key', details: { status: 404 } });
  });
});

describe('addresses that carry a signature each', () => {
  it('are read anew when they have aged; what is stored stays', async () => {
    const { files, presentation } = withKeysAtAddresses(first, world.server.base());
    const signed = (by: string): Presentation => {
      const of = <R extends Rendition>(one: R): R => ({
        ...one,
        ...(one.init && { init: { ...one.init, path: one.init.path + by } }),
        segments: one.segments.map((segment) => ({ ...segment, path: segment.path + by })),
      });
      const { video, audio, subtitles } = presentation;
      return { ...presentation, video: video.map(of), audio: audio.map(of), subtitles: subtitles.map(of) };
    };
    for (const [name, bytes] of files) {
      if (/init|first\/v-480p\/1\./.test(name)) world.server.files.set(`${name}?t=1`, bytes);
      world.server.files.set(`${name}?t=2`, bytes);
    }
    world.reencoded.set('first', { ...first, presentation: signed('?t=1') });
    add();
    world.reencoded.set('first', { ...first, presentation: signed('?t=2') });
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, first, downloadId);
    const asked = world.server.requests.map(({ path }) => path);
    expect(asked).toContain('first/v-480p/1.m4s?t=1');
  });
});
