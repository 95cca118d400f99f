import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FakeState } from '../../testing/fake-electron/state.ts';

let state: FakeState;
let page: EventTarget;

/** As much of a page as a preload script sees. */
beforeEach(async () => {
  page = Object.assign(new EventTarget(), { location: { origin: 'app://bundle' } });
  vi.stubGlobal('window', page);
  // The script acts when it is loaded: a new page loads it again, and the fake with it.
  vi.resetModules();
  const { resetElectron } = await import('../../testing/fake-electron/control.ts');
  state = resetElectron('/nowhere');
  await import('./preload.ts');
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function say(data: unknown, from: { source?: unknown; origin?: string; ports?: unknown[] } = {}): void {
  const { source = page, origin = 'app://bundle', ports = ['port'] } = from;
  page.dispatchEvent(Object.assign(new Event('message'), { data, source, origin, ports }));
}

it('leaves data in the page and no function', () => {
  expect([...state.exposed]).toEqual([['layover', { host: 'electron', connectMessage: 'layover:connect' }]]);
});

it('passes the page’s own port on', () => {
  say('layover:connect');
  expect(state.posted).toEqual([{ channel: 'layover:connect', message: null, ports: ['port'] }]);
});

it('passes nothing else on, and from nobody else', () => {
  say('another message');
  say({ channel: 'layover:connect' });
  say('layover:connect', { source: new EventTarget() });
  say('layover:connect', { origin: 'https://evil.example' });
  say('layover:connect', { ports: [] });
  say('layover:connect', { ports: ['one', 'two'] });
  expect(state.posted).toEqual([]);
});
