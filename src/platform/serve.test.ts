import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { rest } from '../../testing/until.ts';
import type { Handler, Served } from './serve.ts';
import { serve } from './serve.ts';

let served: Served;
let errors: unknown[];
async function start(handler: Handler, maxBodyBytes = 1000): Promise<string> {
  errors = [];
  served = await serve(() => handler, { port: 0, maxBodyBytes, onError: (error) => errors.push(error) });
  return served.origin;
}
afterEach(() => served.close());

it('listens on loopback and gives status, headers and body', async () => {
  const origin = await start(async (request) => {
    expect(new URL(request.url).pathname).toBe('/a');
    return new Response(`${request.headers.get('x-in')}`, { status: 206, headers: { 'x-out': '2' } });
  });
  const response = await fetch(`${origin}/a?b=c`, { headers: { 'x-in': 'hello' } });
  expect([response.status, response.headers.get('x-out'), await response.text()]).toEqual([
    206,
    '2',
    'hello',
  ]);
  expect(origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});

it('answers HEAD with the headers and cancels the body unread', async () => {
  let cancelled = false;
  const body = () => new ReadableStream({ cancel: () => void (cancelled = true) }, { highWaterMark: 0 });
  const origin = await start(async () => new Response(body(), { headers: { 'content-length': '12' } }));
  const response = await fetch(origin, { method: 'HEAD' });
  expect(response.headers.get('content-length')).toBe('12');
  expect(await response.text()).toBe('');
  expect(cancelled).toBe(true);
});

it('pulls no more than the client takes, and cancels the body when the client goes', async () => {
  let pulls = 0;
  let tell: () => void = () => undefined;
  const cancelled = new Promise<void>((resolve) => (tell = resolve));
  const origin = await start(async ({ signal }) => {
    signal.addEventListener('abort', () => (pulls += 1000));
    const body = new ReadableStream({
      pull: (controller) => {
        pulls += 1;
        controller.enqueue(new Uint8Array(1024 * 1024));
      },
      cancel: () => tell(),
    });
    return new Response(body);
  });
  const paused = await new Promise<IncomingMessage>((resolve) => httpRequest(origin, resolve).end());
  paused.pause();
  // Socket buffers take a few MiB and then nothing moves.
  await rest(() => pulls, 200);
  expect(pulls).toBeLessThan(64);
  paused.destroy();
  await cancelled;
  expect(pulls).toBeGreaterThanOrEqual(1000);
});

it('cancels a body that is still waiting for its first byte', async () => {
  let tell: () => void = () => undefined;
  const cancelled = new Promise<void>((resolve) => (tell = resolve));
  const origin = await start(
    async () =>
      new Response(new ReadableStream({ pull: () => new Promise(() => undefined), cancel: () => tell() })),
  );
  const aborter = new AbortController();
  const response = await fetch(origin, { signal: aborter.signal });
  expect(response.status).toBe(200);
  aborter.abort();
  await cancelled;
});

it('streams a request body in and refuses one beyond the limit, declared or not', async () => {
  const origin = await start(async (request) => new Response(await request.text()));
  const post = (body: string | ReadableStream) => fetch(origin, { method: 'POST', body, duplex: 'half' });
  expect(await (await post('hello')).text()).toBe('hello');
  expect((await post('x'.repeat(1001))).status).toBe(413);
  const undeclared = new ReadableStream({
    start: (controller) => {
      for (let i = 0; i < 20; i += 1) controller.enqueue(new Uint8Array(100));
      controller.close();
    },
  });
  expect((await post(undeclared)).status).toBe(413);
});

it('answers 500 without a word when the handler throws, and cuts a body that fails', async () => {
  const origin = await start(async (request) => {
    if (request.url.endsWith('/throw')) throw new Error('secret detail');
    const pull = () => {
      throw new Error('disk');
    };
    return new Response(new ReadableStream({ pull }, { highWaterMark: 0 }));
  });
  const response = await fetch(`${origin}/throw`);
  expect([response.status, await response.text()]).toEqual([500, '']);
  await expect(fetch(origin).then((cut) => cut.text())).rejects.toThrow();
  expect(errors.map(String)).toEqual(['Error: secret detail', 'Error: disk']);
});

it('does not let a request line choose another host', async () => {
  let seen = '';
  await start(async (request) => {
    seen = request.url;
    return new Response('ok');
  });
  const raw = (line: string) =>
    new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(served.port, '127.0.0.1', () =>
        socket.write(`${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
      );
      socket.on('data', (data) => (text += String(data))).on('close', () => resolve(text));
    });
  await raw('GET //evil.example/x');
  expect(new URL(seen).origin).toBe(served.origin);
  await raw('GET http://evil.example/x');
  expect(new URL(seen).origin).toBe(served.origin);
  expect(await raw('TRACE /')).toContain(' 405 ');
});
