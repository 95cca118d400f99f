import { expect, it } from 'vitest';
import { createInterfaceSignal } from './network.ts';

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
