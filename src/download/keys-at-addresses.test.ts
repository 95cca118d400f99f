import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDownloadWorld, expectAllStored, first } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import { withKeysAtAddresses } from '../../testing/sample-video.ts';
import { turn } from '../../testing/until.ts';

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
