import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDownloadWorld, expectAllStored, first, second } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import { damage } from '../../testing/memory-store.ts';
import type { SampleVideo } from '../../testing/sample-video.ts';
import { passTimeUntil, turn, until } from '../../testing/until.ts';
import { LayoverError } from '../shared/errors.ts';

let world: DownloadWorld;
beforeEach(async () => {
  world = await createDownloadWorld();
  world.start();
});
afterEach(() => world.dispose());

const plainBytes = ({ plain }: SampleVideo) =>
  [...plain.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
const mediaRequests = () => world.server.requests.map(({ path }) => path);
/** Lets so many requests through, then answers no more. */
function hangAfter(count: number) {
  let left = count;
  world.server.misbehave = () => (left-- > 0 ? undefined : { kind: 'hang' });
}

describe('a download', () => {
  it('takes every file of the selection, once, and ends complete and verified', async () => {
    const { downloadId } = world.add(first);
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, first, downloadId);
    expect(mediaRequests().toSorted()).toEqual([...first.files.keys()].toSorted());
    const status = world.downloads.get(downloadId);
    expect(status.storedBytes).toBe(first.selection.size.bytes);
    expect(status).toMatchObject({
      titleId: 'title-first',
      durationSeconds: 24,
      error: null,
      secondsLeft: 0,
    });
    expect([...new Set(world.states(downloadId))]).toEqual(['queued', 'waiting', 'downloading', 'completed']);
    expect(world.licenses.calls).toEqual(['acquire first offline']);
  });

  it('takes only what was selected', async () => {
    const renditions = first.selection.renditions.filter(({ kind }) => kind === 'audio');
    const selection = { ...first.selection, renditions };
    const { downloadId } = world.downloads.add(
      selection,
      { ...first.presentation, pathways: world.pathways() },
      { titleId: 't' },
    );
    await world.reach(downloadId, 'completed');
    expect(mediaRequests().every((path) => path.startsWith('first/a-en/'))).toBe(true);
    expect(world.downloads.presentation(downloadId).video).toEqual([]);
  });

  it('keeps picture and sound level', async () => {
    const { downloadId } = world.add(first);
    await world.reach(downloadId, 'completed');
    const order = mediaRequests()
      .filter((path) => path.endsWith('.m4s'))
      .map((path) => Number(/(\d+)\.m4s/.exec(path)?.[1]) % 2 ** 20);
    // Four are under way at once, so neighbors may swap; nobody runs ahead.
    for (const [place, number] of order.entries())
      expect(Math.abs(number - 1 - Math.floor(place / 2))).toBeLessThanOrEqual(2);
  });

  it('fails with the refusal of its license, before a byte is asked for', async () => {
    world.licenses.serviceError = new LayoverError('license/device-limit');
    const { downloadId } = world.add(first);
    await world.reach(downloadId, 'failed');
    expect(world.downloads.get(downloadId).error?.code).toBe('license/device-limit');
    expect(mediaRequests()).toEqual([]);
  });

  it('is there once for a video, and unknown when it is not there', () => {
    world.add(first);
    expect(() => world.add(first)).toThrow(expect.objectContaining({ code: 'download/exists' }));
    expect(() => world.downloads.get('none')).toThrow(expect.objectContaining({ code: 'download/unknown' }));
    const missing = {
      ...second.selection,
      renditions: [{ ...second.selection.renditions[0]!, renditionId: 'v-9' }],
    };
    expect(() => world.downloads.add(missing, second.presentation, { titleId: 't' })).toThrow(
      expect.objectContaining({ code: 'selection/nothing' }),
    );
  });

  it('tells its rate and the time left', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    let seen = 0;
    world.server.misbehave = () => (++seen > 8 ? { kind: 'hold', until: released } : undefined);
    const { downloadId } = world.add(first);
    await until(() => seen === 12);
    world.clock.advance(2000);
    const { rateBytesPerSecond, receivedBytes, secondsLeft } = world.downloads.get(downloadId);
    expect(receivedBytes).toBeGreaterThan(0);
    expect(rateBytesPerSecond).toBe(receivedBytes / 2);
    expect(secondsLeft).toBeCloseTo((first.selection.size.bytes - receivedBytes) / rateBytesPerSecond);
    release();
    await world.reach(downloadId, 'completed');
  });
});

describe('the viewer', () => {
  it('pauses and resumes without losing a finished segment', async () => {
    hangAfter(7);
    const { downloadId } = world.add(first);
    await until(() => world.server.requests.length === 11);
    const paused = await world.downloads.pause(downloadId);
    expect(paused.state).toBe('paused');
    expect(paused.storedBytes).toBeGreaterThan(0);
    expect(world.sleepers()).toBe(0);
    const before = world.server.requests.length;
    world.server.misbehave = () => undefined;
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(world.server.requests.length).toBe(before);

    expect(world.downloads.resume(downloadId).state).toBe('queued');
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, first, downloadId);
    expect(world.server.requests.length).toBe(before + first.files.size - 7);
  });

  it('removes it in the middle: bytes, row and license go', async () => {
    hangAfter(7);
    const { downloadId } = world.add(first);
    await until(() => world.server.requests.length === 11);
    await Promise.all([world.downloads.remove(downloadId), world.downloads.remove(downloadId)]);
    expect(world.store.tracks()).toEqual([]);
    expect(world.downloads.list()).toEqual([]);
    expect(world.licenses.held()).toEqual([]);
    expect(world.removed).toEqual([downloadId]);
    world.server.misbehave = () => undefined;
    await world.reach(world.add(first).downloadId, 'completed');
  });

  it('has them done one after another, in order', async () => {
    const one = world.add(first);
    const two = world.add(second);
    await world.reach(two.downloadId, 'completed');
    expect(world.downloads.get(one.downloadId).state).toBe('completed');
    const [beginning] = mediaRequests()
      .map((path, place) => (path.startsWith('second/') ? place : -1))
      .filter((place) => place >= 0);
    expect(beginning).toBe(first.files.size);
  });
});

describe('a new start', () => {
  it('goes on where a kill left it, and fetches only what is missing', async () => {
    hangAfter(7);
    const { downloadId } = world.add(first);
    await until(() => world.server.requests.length === 11);
    const held = () => world.store.tracks(downloadId).flatMap(({ trackId }) => world.store.stored(trackId));
    await passTimeUntil(world.clock, () => held().length === 7, 10);
    const stored = world.downloads.get(downloadId).storedBytes;
    const before = world.server.requests.length;
    const killed = world.downloads;
    world.server.misbehave = () => undefined;
    world.start();
    expect(world.downloads.get(downloadId).storedBytes).toBe(stored);
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, first, downloadId);
    expect(world.server.requests.length).toBeLessThanOrEqual(before + first.files.size - 7 + 4);
    await killed.stop();
  });

  it('leaves alone what was paused', async () => {
    const { downloadId } = world.add(first);
    await world.downloads.pause(downloadId);
    await world.downloads.stop();
    const before = world.server.requests.length;
    world.start();
    for (let turns = 0; turns < 20; turns += 1) await turn();
    expect(world.downloads.get(downloadId).state).toBe('paused');
    expect(world.server.requests.length).toBe(before);
  });

  it('finishes a removal', async () => {
    const { downloadId } = world.add(second);
    await world.reach(downloadId, 'completed');
    await world.downloads.stop();
    world.database.sql.prepare(`UPDATE downloads SET state = 'removing'`).run();
    world.start();
    await until(() => world.removed.length === 1);
    expect(world.store.tracks()).toEqual([]);
  });

  it('finds out that something complete is complete no longer, says so, and repairs it', async () => {
    const { downloadId } = world.add(second);
    await world.reach(downloadId, 'completed');
    await world.downloads.stop();
    world.disk.tracks.get(`${downloadId}.a-en`)?.segments.delete(1);
    const before = world.server.requests.length;
    const told = world.history.length;
    world.start();
    await until(() => world.history.length > told);
    expect(world.history[told]).toMatchObject({ state: 'queued', error: { code: 'store/damaged' } });
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, second, downloadId);
    expect(world.server.requests.length).toBe(before + 1);
    expect(world.downloads.get(downloadId).error).toBeNull();
  });

  it('leaves out a row that nobody can read, and works on the others', async () => {
    world.add(first);
    const two = world.add(second);
    world.database.sql.prepare(`UPDATE downloads SET selection = '{"broken' WHERE video_id = 'first'`).run();
    await world.reach(two.downloadId, 'completed');
    expect(world.downloads.list()).toHaveLength(1);
    expect(world.log.lines.some(({ event }) => event === 'download.row-unreadable')).toBe(true);
  });
});

describe('trouble', () => {
  it('of the network is waited out, and over when the machine says so', async () => {
    world.network.set(false);
    const { downloadId } = world.add(first);
    await until(() => world.downloads.get(downloadId).state === 'waiting');
    expect(world.downloads.get(downloadId)).toMatchObject({
      waitingFor: 'network',
      error: { code: 'network/offline' },
    });
    world.network.set(true);
    await until(() => world.downloads.get(downloadId).state === 'completed');
  });

  it('of all OCAs is waited out with a backoff', async () => {
    world.server.misbehave = () => ({ kind: 'status', status: 500 });
    const { downloadId } = world.add(first);
    await until(() => world.downloads.get(downloadId).waitingFor === 'oca');
    expect(world.downloads.get(downloadId).error?.code).toBe('cdn/no-oca');
    world.server.misbehave = () => undefined;
    await world.reach(downloadId, 'completed');
  });

  it('of one download does not hold up the next', async () => {
    world.server.misbehave = ({ path }) =>
      path.startsWith('first/') ? { kind: 'status', status: 404 } : undefined;
    const one = world.add(first);
    const two = world.add(second);
    await world.reach(two.downloadId, 'completed');
    expect(
      world.history.some((told) => told.downloadId === one.downloadId && told.waitingFor === 'oca'),
    ).toBe(true);
  });

  it('of the service is waited out', async () => {
    world.licenses.serviceError = new LayoverError('service/unreachable');
    const { downloadId } = world.add(first);
    await until(() => world.downloads.get(downloadId).waitingFor === 'service');
    world.licenses.serviceError = null;
    await world.reach(downloadId, 'completed');
  });

  it('of an address that expires in the middle is over with a new one', async () => {
    let seen = 0;
    world.server.misbehave = () => {
      seen += 1;
      if (seen === 6) {
        world.server.tokens.delete('good');
        world.server.tokens.add('new');
        world.token = 'new';
      }
      return undefined;
    };
    const { downloadId } = world.add(first);
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, first, downloadId);
    expect(world.renewals).toBe(1);
    expect(world.downloads.presentation(downloadId).pathways[0]?.baseUrl).toContain('/new/');
  });

  it('of too little room is waited out: before a byte is asked for, and smaller ones may go first', async () => {
    world.disk.capacityBytes = 9000;
    const one = world.add(first);
    const two = world.add(second);
    await world.reach(two.downloadId, 'completed');
    const neededBytes = plainBytes(first) + plainBytes(second) - 9000;
    await until(() => world.downloads.get(one.downloadId).waitingFor === 'space');
    expect(world.downloads.get(one.downloadId).error).toMatchObject({ code: 'download/no-room' });
    expect(mediaRequests().some((path) => path.startsWith('first/'))).toBe(false);
    world.downloads.reconsider();
    await until(() => world.downloads.get(one.downloadId).error?.details.neededBytes === neededBytes);
    await world.downloads.remove(two.downloadId);
    world.disk.capacityBytes = plainBytes(first);
    world.downloads.reconsider();
    await until(() => world.downloads.get(one.downloadId).state === 'completed');
  });

  it('of a disk that fills up all the same stops the queue, keeps what is stored, and is over for all by one resume', async () => {
    let puts = 0;
    let isFull = true;
    const { unlock } = world.store;
    world.store.unlock = (...args) => {
      const track = unlock(...args);
      return {
        ...track,
        begin(...what) {
          const writer = track.begin(...what);
          return {
            ...writer,
            async commit() {
              if (isFull && ++puts > 4) throw new LayoverError('store/no-space', { neededBytes: 1 });
              await writer.commit();
            },
          };
        },
      };
    };
    const one = world.add(first);
    const two = world.add(second);
    await world.reach(two.downloadId, 'failed');
    const { error, storedBytes, state } = world.downloads.get(one.downloadId);
    expect([state, error?.code]).toEqual(['failed', 'store/no-space']);
    expect(storedBytes).toBeGreaterThan(0);
    isFull = false;
    world.downloads.resume(two.downloadId);
    await world.reach(one.downloadId, 'completed');
    await world.reach(two.downloadId, 'completed');
    await expectAllStored(world, first, one.downloadId);
  });

  it('of damage in what an earlier run stored is found by the last check, and repaired', async () => {
    world.server.misbehave = ({ path }) => (path.endsWith('vtt') ? { kind: 'hang' } : undefined);
    const { downloadId } = world.add(second);
    await passTimeUntil(world.clock, () => world.store.stored(`${downloadId}.v-480p`).length === 3, 10);
    await world.downloads.pause(downloadId);
    world.server.misbehave = () => undefined;
    damage(world.disk, `${downloadId}.v-480p`, 1);
    world.server.requests.length = 0;
    world.downloads.resume(downloadId);
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, second, downloadId);
    expect(world.states(downloadId)).toContain('verifying');
    expect(world.server.requests.map(({ path }) => path).filter((path) => path.includes('v-480p/'))).toEqual([
      'second/v-480p/2.m4s',
    ]);
  });

  it('of a track that can never be read again is over when it is made anew', async () => {
    const { downloadId } = world.add(second);
    await world.downloads.pause(downloadId);
    const { unlock } = world.store;
    let lost: unknown;
    world.store.unlock = (trackId, key) => {
      const track = world.disk.tracks.get(trackId);
      if (trackId.endsWith('.a-en') && (lost ??= track) === track) throw new LayoverError('store/damaged');
      return unlock(trackId, key);
    };
    world.downloads.resume(downloadId);
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, second, downloadId);
  });

  it('of servers that send wrong bytes ends in failure, not in a circle', async () => {
    world.server.misbehave = ({ path }) =>
      path.endsWith('/2.m4s') ? { kind: 'corrupt', atByte: 5 } : undefined;
    const { downloadId } = world.add(first);
    await world.reach(downloadId, 'failed');
    expect(world.downloads.get(downloadId).error?.code).toBe('cdn/digest-mismatch');
  });

  it('of a license that ends meanwhile stores nothing wrong, and is over when it is renewed', async () => {
    let seen = 0;
    world.server.misbehave = () => {
      if (++seen === 8) world.licenses.refuse('license-expired', { canRenew: false });
      return undefined;
    };
    const { downloadId } = world.add(first);
    await world.reach(downloadId, 'failed');
    expect(world.downloads.get(downloadId).error?.code).toBe('license/expired');
    world.licenses.refuse('license-expired');
    world.downloads.resume(downloadId);
    await world.reach(downloadId, 'completed');
    await expectAllStored(world, first, downloadId);
    expect(world.licenses.calls).toContain('renew first');
  });
});
