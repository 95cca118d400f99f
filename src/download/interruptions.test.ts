import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDownloadWorld, expectAllStored, second } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import { rest, turn, turns, until } from '../../testing/until.ts';
import { LayoverError } from '../shared/errors.ts';

let world: DownloadWorld;
beforeEach(async () => {
  world = await createDownloadWorld();
  world.start();
});
afterEach(() => world.dispose());

/** Calls back at the n-th thing that a download does: asks for its license, for a file, stores one. */
function atStep(step: number, act: () => void): void {
  let left = step;
  const count = () => {
    if (left-- === 0) act();
  };
  world.server.misbehave = () => {
    count();
    return undefined;
  };
  const { store, licenses } = world;
  const { acquire } = licenses;
  licenses.acquire = async (...args) => {
    count();
    await turn();
    return acquire(...args);
  };
  const { unlock, reserve } = store;
  store.reserve = async (...args) => {
    count();
    await turn();
    return reserve(...args);
  };
  store.unlock = (...args) => {
    const track = unlock(...args);
    return {
      ...track,
      begin(...what) {
        const writer = track.begin(...what);
        return {
          ...writer,
          async commit() {
            count();
            await writer.commit();
          },
        };
      },
      verify: async (...what) => {
        count();
        await turn();
        return track.verify(...what);
      },
    };
  };
}
/** The license, the room, each file asked for and stored, each track verified. */
const STEPS = 2 + 2 * second.files.size + 3;

type Interruption = [what: string, begin: () => void | Promise<void>, end: () => void];
const interruptions: Interruption[] = [
  ['the network goes', () => world.network.set(false), () => world.network.set(true)],
  ['the network costs', () => world.network.setMetered(true), () => world.network.setMetered(null)],
  ['the machine sleeps', () => world.power.suspend(), () => world.power.resume()],
  [
    'the charger is pulled',
    () => {
      world.rules.onlyOnCharger = true;
      world.power.setOnBattery(true);
    },
    () => world.power.setOnBattery(false),
  ],
  [
    'the account signs out',
    () => {
      world.accountId = null;
      return world.downloads.accountChanged();
    },
    () => {
      world.accountId = 'account-1';
      void world.downloads.accountChanged();
    },
  ],
];

describe.each(interruptions)('%s', (_what, begin, end) => {
  it.each(Array.from({ length: STEPS + 1 }, (_, step) => step))(
    'at step %i: nothing runs, nothing is lost, and it goes on at once afterwards',
    async (step) => {
      let isOver = false;
      atStep(step, () => {
        void Promise.resolve(begin()).then(() => (isOver = true));
      });
      const { downloadId } = world.add(second);
      const isCompleted = () => world.history.some(({ state }) => state === 'completed');
      await until(() => isOver || isCompleted());
      // What was answered already may still be put down; then nothing moves.
      const { usedBytes } = world.store;
      await rest(() => [world.server.requests.length, usedBytes()], 30);
      const asked = world.server.requests.length;
      const held = usedBytes();
      await turns(10);
      expect([world.server.requests.length, usedBytes()]).toEqual([asked, held]);
      end();
      // Without any time passing.
      await until(() => world.downloads.get(downloadId).state === 'completed');
      await expectAllStored(world, second, downloadId);
    },
  );
});

it('a machine that never says that it woke goes on all the same', async () => {
  world.power.suspend();
  const { downloadId } = world.add(second);
  await turns(10);
  expect(world.server.requests).toEqual([]);
  world.clock.advance(30_000);
  await until(() => world.downloads.get(downloadId).state === 'completed');
});

describe('signed out by the service in the middle', () => {
  it('waits, and goes on after signing in', async () => {
    world.licenses.serviceError = new LayoverError('auth/signed-out');
    const { downloadId } = world.add(second);
    await until(() => world.downloads.get(downloadId).waitingFor === 'service');
    for (let tries = 0; tries < 10; tries += 1) {
      world.clock.advance(61_000);
      await turns(5);
    }
    expect(world.downloads.get(downloadId)).toMatchObject({
      state: 'waiting',
      error: { code: 'auth/signed-out' },
    });
    world.licenses.serviceError = null;
    await world.downloads.accountChanged();
    await until(() => world.downloads.get(downloadId).state === 'completed');
  });
});

it('a captive portal is waited out, and nothing of it is stored', async () => {
  world.server.misbehave = () => ({ kind: 'html' });
  const { downloadId } = world.add(second);
  await until(() => world.downloads.get(downloadId).waitingFor === 'network');
  expect(world.downloads.get(downloadId).error?.code).toBe('network/captive-portal');
  expect(world.store.usedBytes()).toBe(0);
  world.server.misbehave = () => undefined;
  await world.reach(downloadId, 'completed');
  await expectAllStored(world, second, downloadId);
});

it('a server that asks to be left alone is left alone, also when the network changes', async () => {
  world.server.misbehave = () => ({ kind: 'status', status: 429, retryAfter: '40' });
  const { downloadId } = world.add(second);
  await until(() => world.downloads.get(downloadId).waitingFor === 'oca');
  const waited = world.downloads.get(downloadId);
  expect(waited.error?.details.retryAfterSeconds).toBe(40);
  expect(waited.waitingUntilMs).toBeGreaterThanOrEqual(world.clock.now() + 40_000);
  await turns(20);
  world.server.misbehave = () => undefined;
  const asked = world.server.requests.length;
  world.network.set(true);
  world.clock.advance(30_000);
  await turns(20);
  expect(world.server.requests.length).toBe(asked);
  world.clock.advance(11_000);
  await until(() => world.downloads.get(downloadId).state === 'completed');
});

describe('a removal', () => {
  it('waits neither for the license that is asked for, nor for the service to hear of it', async () => {
    const never = new Promise<never>(() => {});
    world.licenses.acquire = () => never;
    world.licenses.release = () => never;
    const { downloadId } = world.add(second);
    await until(() => world.downloads.get(downloadId).waitingFor === 'license');
    await world.downloads.remove(downloadId);
    expect(world.downloads.list()).toEqual([]);
    expect(world.removed).toEqual([downloadId]);
  });

  it('of a drive that is away is finished when it is back', async () => {
    const { downloadId } = world.add(second);
    await world.reach(downloadId, 'completed');
    const { removeDownload } = world.store;
    world.store.removeDownload = async (id) => {
      if (world.disk.isAbsent) throw new LayoverError('store/absent', { folder: '/memory' });
      return removeDownload(id);
    };
    world.disk.isAbsent = true;
    world.downloads.reconsider();
    await expect(world.downloads.remove(downloadId)).rejects.toMatchObject({ code: 'store/absent' });
    expect(world.downloads.get(downloadId).state).toBe('removing');
    world.disk.isAbsent = false;
    world.clock.advance(5000);
    await until(() => world.removed.length === 1);
    expect(world.store.tracks()).toEqual([]);
  });
});

it('a pause does not wait for the license that is asked for', async () => {
  world.licenses.acquire = () => new Promise(() => {});
  const { downloadId } = world.add(second);
  await until(() => world.downloads.get(downloadId).waitingFor === 'license');
  expect((await world.downloads.pause(downloadId)).state).toBe('paused');
});
