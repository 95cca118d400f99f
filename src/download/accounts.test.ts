import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDownloadWorld, expectAllStored, first, second } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import { until } from '../../testing/until.ts';

let world: DownloadWorld;
beforeEach(async () => {
  world = await createDownloadWorld();
  world.start();
});
afterEach(() => world.dispose());

const mediaRequests = () => world.server.requests.map(({ path }) => path);

describe('two accounts on one computer', () => {
  const unknown = expect.objectContaining({ code: 'download/unknown' });

  it.each(['account-2', null])(
    'what one downloaded is unknown to %s, and comes back with its own',
    async (other) => {
      const { downloadId } = world.add(first);
      await world.reach(downloadId, 'completed');
      world.accountId = other;
      const { downloads } = world;
      expect(downloads.list()).toEqual([]);
      expect(downloads.forVideo('first')).toBeNull();
      expect(() => downloads.get(downloadId)).toThrowError(unknown);
      expect(() => downloads.resume(downloadId)).toThrowError(unknown);
      await expect(downloads.pause(downloadId)).rejects.toThrowError(unknown);
      await expect(downloads.remove(downloadId)).rejects.toThrowError(unknown);
      world.accountId = 'account-1';
      expect(downloads.list()).toMatchObject([{ downloadId, state: 'completed' }]);
      await expectAllStored(world, first, downloadId);
    },
  );

  it('the one that runs rests while somebody else is signed in, then goes on', async () => {
    let left = 3;
    world.server.misbehave = () => (left-- > 0 ? undefined : { kind: 'hang' });
    const { downloadId } = world.add(first);
    // All four that are asked for at once hang: no request is on its way any more.
    await until(() => mediaRequests().length === 3 + 4);
    world.accountId = 'account-2';
    await world.downloads.accountChanged();
    world.server.misbehave = () => undefined;
    const asked = mediaRequests().length;
    const told = world.history.length;
    const other = world.add(second);
    await world.reach(other.downloadId, 'completed');
    expect(
      mediaRequests()
        .slice(asked)
        .some((path) => path.startsWith('first/')),
    ).toBe(false);
    expect(world.history.slice(told).some((one) => one.downloadId === downloadId)).toBe(false);
    world.accountId = 'account-1';
    await world.downloads.accountChanged();
    await world.reach(downloadId, 'completed');
  });

  it('says why a video that another account has cannot be downloaded, too', () => {
    world.add(first);
    world.accountId = 'account-2';
    expect(() => world.add(first)).toThrowError(
      expect.objectContaining({ code: 'download/of-another-account' }),
    );
  });

  it('a removal that was cut off is finished, whoever signs in next', async () => {
    const { downloadId } = world.add(first);
    await world.reach(downloadId, 'completed');
    await world.downloads.stop();
    world.database.sql.prepare("UPDATE downloads SET state = 'removing'").run();
    world.accountId = 'account-2';
    world.start();
    await until(() => world.store.tracks(downloadId).length === 0);
    expect(world.removed).toEqual([]);
  });
});
