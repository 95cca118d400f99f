import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NodeFetch } from './fetch.ts';
import { createNodeFetch } from './fetch.ts';

let server: Server;
let url: string;
let seen: IncomingMessage[];
let client: NodeFetch;
let gone: Promise<void>;

beforeEach(async () => {
  seen = [];
  client = createNodeFetch();
  let leave: () => void;
  gone = new Promise((resolve) => (leave = resolve));
  server = createServer((request, response) => {
    seen.push(request);
    response.on('close', () => leave());
    if (request.url === '/endless') {
      const write = () => {
        while (response.write(Buffer.alloc(65_536)));
        response.once('drain', write);
      };
      write();
      return;
    }
    response.setHeader('set-cookie', 'session=1');
    request.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await client.close();
});

it('sends no cookie that an earlier answer set, and asks for plain bytes', async () => {
  await (await client.fetch(url)).text();
  await (await client.fetch(url)).text();
  expect(seen.map(({ headers }) => headers.cookie)).toEqual([undefined, undefined]);
  expect(seen[0]?.headers['accept-encoding']).toBe('identity');
});

it('uses a connection again', async () => {
  const ports = new Set<number | undefined>();
  for (let i = 0; i < 10; i += 1) {
    await (await client.fetch(url)).text();
    ports.add(seen.at(-1)?.socket.remotePort);
  }
  expect(ports.size).toBeLessThan(10);
});

it('takes a Request as well as an address', async () => {
  const request = new Request(`${url}/x`, { method: 'POST', body: 'hello', headers: { 'x-a': 'b' } });
  expect(await (await client.fetch(request)).text()).toBe('hello');
  expect(seen[0]).toMatchObject({ method: 'POST', url: '/x' });
  expect(seen[0]?.headers['x-a']).toBe('b');
});

it('hangs up when a body is cancelled', async () => {
  const response = await client.fetch(`${url}/endless`);
  const reader = response.body!.getReader();
  expect((await reader.read()).value?.length).toBeGreaterThan(0);
  await reader.cancel();
  await gone;
});
