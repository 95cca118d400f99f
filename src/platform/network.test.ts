import { describe, expect, it } from 'vitest';
import { turn, until } from '../../testing/until.ts';
import { createInterfaceSignal, createPolledSignal } from './network.ts';
import { watched } from './poll.ts';
import type { Watched } from './poll.ts';

const loopback = { internal: true };
const wifi = { internal: false };
const online = (serviceUrl: string | undefined, interfaces: { internal: boolean }[]) =>
  createInterfaceSignal({ serviceUrl: () => serviceUrl, interfaces: () => interfaces }).isOnline();

it('is offline only without an interface and with a service that needs one', () => {
  expect(online('https://layover.example', [loopback])).toBe(false);
  expect(online('https://layover.example', [])).toBe(false);
});

it.each([undefined, 'http://127.0.0.1:8080', 'http://localhost:8080', 'http://[::1]:8080'])(
  'does not call itself offline on loopback alone when the service is %s',
  (serviceUrl) => {
    expect(online(serviceUrl, [loopback])).toBe(true);
  },
);

it('is perhaps online with any other interface', () => {
  expect(online('https://layover.example', [loopback, wifi])).toBe(true);
  expect(online('https://127.evil.example', [wifi])).toBe(true);
});

it('calls back when the answer changes, until it is stopped', () => {
  let interfaces = [wifi];
  let tick: () => void = () => undefined;
  let stopped = false;
  const signal = createInterfaceSignal({
    serviceUrl: () => 'https://layover.example',
    interfaces: () => interfaces,
    poll: (listener) => {
      tick = listener;
      return () => (stopped = true);
    },
  });
  let changes = 0;
  const stop = signal.onChange(() => (changes += 1));
  tick();
  expect(changes).toBe(0);
  interfaces = [];
  tick();
  tick();
  expect(changes).toBe(1);
  interfaces = [wifi];
  tick();
  expect(changes).toBe(2);
  stop();
  expect(stopped).toBe(true);
});

describe('another network', () => {
  const sources = (addresses: () => string[], metered?: Watched<boolean | null>) => {
    const world = { tick: () => undefined as void, changes: 0, metered: false as boolean | null };
    const signal = createPolledSignal(() => true, {
      interfaces: () => addresses().map((address) => ({ internal: false, address })),
      poll: (listener) => {
        world.tick = listener;
        return () => undefined;
      },
      ...(metered && { metered }),
    });
    signal.onChange(() => (world.changes += 1));
    return { world, signal };
  };

  it('is told even if it looks as good as the last', () => {
    let address = '10.0.0.2';
    const { world } = sources(() => [address]);
    world.tick();
    expect(world.changes).toBe(0);
    address = '192.168.1.7';
    world.tick();
    world.tick();
    expect(world.changes).toBe(1);
  });

  it('is asked what it costs: when it changes, and now and then', async () => {
    let address = '10.0.0.2';
    let answer: boolean | null = false;
    let asked = 0;
    const metered = watched<boolean | null>(null, async () => {
      asked += 1;
      return answer;
    });
    const { world, signal } = sources(() => [address], metered);
    await until(() => signal.isMetered() === false);
    const { changes } = world;
    asked = 0;
    world.tick();
    await turn();
    expect(asked).toBe(0);
    answer = true;
    address = '172.20.10.3';
    world.tick();
    await until(() => signal.isMetered() === true);
    await until(() => world.changes === changes + 2);
    expect(asked).toBe(1);
    answer = false;
    for (let polls = 0; polls < 12; polls += 1) world.tick();
    await until(() => signal.isMetered() === false);
  });
});
