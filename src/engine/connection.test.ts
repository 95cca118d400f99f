import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakeNetwork } from '../../testing/fake-network.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { turn, until } from '../../testing/until.ts';
import { LayoverError } from '../shared/errors.ts';
import { createConnection } from './connection.ts';

/** A service whose answers a test gives by hand, or that answers at once. */
function world({ isOnline = true } = {}) {
  const clock = createFakeClock();
  const network = createFakeNetwork(isOnline);
  const states: string[] = [];
  const serviceTimes: number[] = [];
  const w = {
    clock,
    network,
    states,
    serviceTimes,
    service: 'up' as 'up' | 'down' | 'silent',
    asked: 0,
    asking: 0,
    connection: undefined as unknown as ReturnType<typeof createConnection>,
  };
  w.connection = createConnection({
    clock,
    network,
    log: createRecordingLog(),
    onServiceTime: (nowMs) => serviceTimes.push(nowMs),
    onChange: (state) => states.push(state),
    askTime: async (signal) => {
      w.asked += 1;
      w.asking += 1;
      if (w.asking > 1) throw new Error('two probes at a time');
      try {
        if (w.service === 'silent')
          await new Promise((_, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error)),
          );
        await turn();
        if (w.service === 'down') throw new LayoverError('service/unreachable');
        return { nowMs: 42 };
      } finally {
        w.asking -= 1;
      }
    },
  });
  return w;
}

test('starts without the service, is online once it answered, and takes its time over', async () => {
  const w = world();
  expect(w.connection.state()).toBe('service-unreachable');
  expect(await w.connection.probe()).toBe('online');
  expect(w.states).toEqual(['online']);
  expect(w.serviceTimes).toEqual([42]);
});

test('believes the machine that it is offline, and asks nobody', async () => {
  const w = world({ isOnline: false });
  expect(w.connection.state()).toBe('offline');
  expect(await w.connection.probe()).toBe('offline');
  expect(w.asked).toBe(0);
});

test('does not believe the machine that it is online', async () => {
  const w = world({ isOnline: false });
  w.service = 'down';
  w.network.set(true);
  await until(() => w.states.length > 0);
  expect(w.states).toEqual(['service-unreachable']);
});

test('notices by itself that the service came back, with growing pauses of a minute at most', async () => {
  const w = world();
  w.service = 'down';
  await w.connection.probe();
  const pauses: number[] = [];
  for (let n = 0; n < 9; n += 1) {
    const [askedBefore, startMs] = [w.asked, w.clock.monotonic()];
    while (w.asked === askedBefore) {
      await turn();
      w.clock.advance(1_000);
    }
    pauses.push(w.clock.monotonic() - startMs);
    await until(() => w.asking === 0);
    await turn();
  }
  expect(pauses[0]).toBeLessThan(pauses[3]!);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(64_000);
  w.service = 'up';
  while (w.connection.state() !== 'online') {
    await turn();
    w.clock.advance(1_000);
  }
  expect(w.states).toEqual(['online']);
});

test('a doubt is looked into at once while online, and costs nothing else', async () => {
  const w = world();
  w.connection.doubt();
  expect(w.asked).toBe(0);
  await w.connection.probe();
  w.service = 'down';
  w.connection.doubt();
  await until(() => w.connection.state() === 'service-unreachable');
});

test('stopping ends a probe that nobody answers, and leaves nothing asleep', async () => {
  const w = world();
  w.service = 'silent';
  const probing = w.connection.probe();
  await until(() => w.asking === 1);
  await w.connection.stop();
  await probing;
  w.network.set(false);
  await turn();
  expect(w.clock.sleepers).toBe(0);
  expect(w.states).toEqual([]);
});

test('whatever happens: one probe at a time, one timer at most, and the truth in the end', async () => {
  const step = fc.oneof(
    fc.constantFrom('up' as const, 'down' as const).map((service) => ({ service })),
    fc.boolean().map((isOnline) => ({ isOnline })),
    fc.integer({ min: 1, max: 90_000 }).map((advanceMs) => ({ advanceMs })),
    fc.constantFrom('probe' as const, 'doubt' as const).map((call) => ({ call })),
    fc.constant({ rest: true }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const w = world();
      for (const one of steps) {
        if ('service' in one) w.service = one.service;
        if ('isOnline' in one) w.network.set(one.isOnline);
        if ('advanceMs' in one) w.clock.advance(one.advanceMs);
        if ('call' in one) void w.connection[one.call]();
        if ('rest' in one) await turn();
        expect(w.clock.sleepers).toBeLessThanOrEqual(1);
      }
      await until(() => w.asking === 0);
      await w.connection.probe();
      const reachable = w.service === 'up' ? 'online' : 'service-unreachable';
      // A probe that was under way may have asked before the last step: the next one has not.
      const state = await w.connection.probe();
      expect(state).toBe(w.network.isOnline() ? reachable : 'offline');
      // Told of every change and of nothing else.
      expect(w.states.filter((told, i) => told === w.states[i - 1])).toEqual([]);
      await w.connection.stop();
      expect(w.clock.sleepers).toBe(0);
    }),
  );
});
