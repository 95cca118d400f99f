import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createDownloadWorld, expectAllStored, first } from '../../testing/download-world.ts';
import type { DownloadWorld } from '../../testing/download-world.ts';
import type { Fault } from '../../testing/fault-server.ts';
import { damage } from '../../testing/memory-store.ts';
import { turn } from '../../testing/until.ts';
import { LayoverError } from '../shared/errors.ts';

type Step =
  | { do: 'pause' | 'resume' | 'kill' | 'stop' | 'offline' | 'online' | 'expire' | 'fill-disk' | 'free-disk' | 'service-away' | 'service-back' }
  | { do: 'turns'; count: number }
  | { do: 'time'; ms: number }
  | { do: 'fault'; fault: Fault; requests: number }
  | { do: 'damage'; index: number }; // prettier-ignore

const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant<Fault>({ kind: 'hang' }),
  fc.constant<Fault>({ kind: 'html' }),
  fc.constant<Fault>({ kind: 'ignore-range' }),
  fc.constantFrom(404, 429, 500, 503).map((status): Fault => ({ kind: 'status', status, retryAfter: '2' })),
  fc
    .record({ kind: fc.constantFrom('reset', 'truncate', 'hang-in-body'), afterBytes: fc.nat(3000) })
    .map((one) => one as Fault),
  fc.nat(600).map((atByte): Fault => ({ kind: 'corrupt', atByte })),
  fc.nat(600).map((lengthBytes): Fault => ({ kind: 'wrong-length', lengthBytes })),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('time' as const), ms: fc.integer({ min: 100, max: 70_000 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fault' as const), fault, requests: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('damage' as const), index: fc.integer({ min: -1, max: 5 }) }) },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom('pause', 'resume', 'kill', 'stop', 'offline', 'online', 'expire', 'fill-disk', 'free-disk', 'service-away', 'service-back')
      .map((what): Step => ({ do: what as 'pause' })),
  },
); // prettier-ignore

async function take(world: DownloadWorld, downloadId: string, one: Step): Promise<void> {
  switch (one.do) {
    case 'turns':
      for (let count = 0; count < one.count; count += 1) await turn();
      return;
    case 'time':
      return world.clock.advance(one.ms);
    case 'fault': {
      let left = one.requests;
      world.server.misbehave = () => (left-- > 0 ? one.fault : undefined);
      return;
    }
    case 'damage':
      return damage(world.disk, `${downloadId}.v-480p`, one.index);
    case 'pause': {
      await world.downloads.pause(downloadId);
      expect(['paused', 'completed', 'failed']).toContain(world.downloads.get(downloadId).state);
      return;
    }
    case 'resume':
      return void world.downloads.resume(downloadId);
    case 'kill': {
      const killed = world.downloads;
      // From here on, what the old one writes is lost; to stop it then only frees its sockets.
      world.start();
      world.stopping.push(killed.stop());
      return;
    }
    case 'stop':
      await world.downloads.stop();
      return world.start();
    case 'offline':
    case 'online':
      return world.network.set(one.do === 'online');
    case 'expire':
      world.token += '+';
      world.server.tokens.clear();
      world.server.tokens.add(world.token);
      return;
    case 'fill-disk':
      world.disk.capacityBytes = world.store.usedBytes() + 100;
      return;
    case 'free-disk':
      world.disk.capacityBytes = 1024 ** 4;
      return;
    case 'service-away':
      world.serviceError = new LayoverError('service/unreachable');
      world.licenses.serviceError = world.serviceError;
      return;
    case 'service-back':
      world.serviceError = null;
      world.licenses.serviceError = null;
  }
}

it('whatever happens, nothing wrong is ever stored, and once all is well a download completes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const world = await createDownloadWorld();
      try {
        world.start();
        const { downloadId } = world.add(first);
        for (const one of steps) {
          await take(world, downloadId, one);
          const { storedBytes, selection, state } = world.downloads.get(downloadId);
          expect(storedBytes).toBeLessThanOrEqual(selection.size.bytes);
          if (state === 'completed') expect(storedBytes).toBe(selection.size.bytes);
        }

        await take(world, downloadId, { do: 'online' });
        await take(world, downloadId, { do: 'free-disk' });
        await take(world, downloadId, { do: 'service-back' });
        world.server.misbehave = () => undefined;
        // Requests that hang since before are given up by their limits; what an OCA asked for passes.
        world.clock.advance(120_000);
        await turn();
        world.downloads.rescan(downloadId);
        if (['paused', 'failed'].includes(world.downloads.get(downloadId).state))
          world.downloads.resume(downloadId);
        await world.reach(downloadId, 'completed');
        const isSpoiltLater = steps.some((one) => one.do === 'damage');
        if (!isSpoiltLater) await expectAllStored(world, first, downloadId);
      } finally {
        await world.dispose();
      }
    }),
    { numRuns: 60 },
  );
}, 120_000);
