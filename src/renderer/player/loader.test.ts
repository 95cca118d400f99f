/// <reference types="node" />
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LoaderConfiguration, LoaderContext } from 'hls.js';
import { FetchLoader } from './loader.ts';

const body = Buffer.alloc(300_000, 7);
let closed = 0;
const server = createServer((request, response) => {
  if (request.url === '/missing') return void response.writeHead(404).end('{}');
  if (request.url === '/hangs') {
    response.writeHead(200, { 'Content-Length': 10 }).write('12345');
    response.on('close', () => (closed += 1));
    return;
  }
  if (request.url === '/words') return void response.end('#EXTM3U');
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '');
  const part = range ? body.subarray(Number(range[1]), Number(range[2]) + 1) : body;
  response
    .writeHead(range ? 206 : 200, { 'Content-Length': part.length, 'Layover-Source': 'store' })
    .end(part);
});
let origin = '';

beforeEach(async () => {
  closed = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const patient = {
  maxTimeToFirstByteMs: Infinity,
  maxLoadTimeMs: Infinity,
  timeoutRetry: null,
  errorRetry: null,
};

function load(path: string, context: Partial<LoaderContext> = {}, loadPolicy = patient) {
  const loader = new FetchLoader();
  const callbacks = { onSuccess: vi.fn(), onError: vi.fn(), onTimeout: vi.fn(), onAbort: vi.fn() };
  loader.load(
    { url: origin + path, responseType: 'arraybuffer', type: 'media-fragment', ...context } as LoaderContext,
    { loadPolicy } as LoaderConfiguration,
    callbacks,
  );
  return { loader, callbacks };
}

test('gives all bytes, the counts and the header that tells the source', async () => {
  const { loader, callbacks } = load('/segment');
  await vi.waitFor(() => expect(callbacks.onSuccess).toHaveBeenCalledOnce());
  const [answer, stats] = callbacks.onSuccess.mock.calls[0] ?? [];
  expect(Buffer.from(answer.data).equals(body)).toBe(true);
  expect(stats.loaded).toBe(body.length);
  expect(stats.loading.end).toBeGreaterThanOrEqual(stats.loading.first);
  expect(loader.getResponseHeader('layover-source')).toBe('store');
});

test('asks for a range with its last byte included', async () => {
  const { callbacks } = load('/segment', { rangeStart: 100, rangeEnd: 150 });
  await vi.waitFor(() => expect(callbacks.onSuccess).toHaveBeenCalledOnce());
  expect(callbacks.onSuccess.mock.calls[0]?.[0].data.byteLength).toBe(50);
});

test('text comes as text', async () => {
  const { callbacks } = load('/words', { responseType: 'text' });
  await vi.waitFor(() => expect(callbacks.onSuccess).toHaveBeenCalledOnce());
  expect(callbacks.onSuccess.mock.calls[0]?.[0].data).toBe('#EXTM3U');
});

test('a refusal is an error with its status', async () => {
  const { callbacks } = load('/missing');
  await vi.waitFor(() => expect(callbacks.onError).toHaveBeenCalledOnce());
  expect(callbacks.onError.mock.calls[0]?.[0].code).toBe(404);
});

test('aborting closes the connection and calls nothing but onAbort', async () => {
  const { loader, callbacks } = load('/hangs');
  await vi.waitFor(() => expect(loader.stats.loaded).toBe(5));
  loader.abort();
  await vi.waitFor(() => expect(closed).toBe(1));
  expect(callbacks.onAbort).toHaveBeenCalledOnce();
  expect(callbacks.onError).not.toHaveBeenCalled();
});

test('a body that does not end runs into the timeout', async () => {
  const { callbacks } = load('/hangs', {}, { ...patient, maxLoadTimeMs: 50 });
  await vi.waitFor(() => expect(callbacks.onTimeout).toHaveBeenCalledOnce());
  await vi.waitFor(() => expect(closed).toBe(1));
  expect(callbacks.onError).not.toHaveBeenCalled();
});
