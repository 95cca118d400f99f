import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { session } from 'electron';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { becomeReady, resetElectron } from '../../../testing/fake-electron/control.ts';
import type { FakeState } from '../../../testing/fake-electron/state.ts';
import { createSessionFetch } from './session-fetch.ts';

let server: Server;
let url: string;
let state: FakeState;
beforeEach(async () => {
  state = resetElectron('/nowhere');
  becomeReady();
  server = createServer((request, response) => response.end(String(request.headers['accept-encoding'])));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it('goes through a session of its own, in memory, without cookies and cache', async () => {
  const fetch = createSessionFetch(session);
  expect(await (await fetch(new URL(url))).text()).toBe('identity');
  await (await fetch(url, { credentials: 'include', cache: 'force-cache', headers: { 'x-a': 'b' } })).text();
  const own = state.sessions.get('layover-engine')!;
  expect(own.options).toEqual({ cache: false });
  expect(own.fetched).toHaveLength(2);
  for (const { init } of own.fetched)
    expect(init).toMatchObject({
      credentials: 'omit',
      cache: 'no-store',
      bypassCustomProtocolHandlers: true,
    });
  expect(state.sessions.has('')).toBe(false);
});
