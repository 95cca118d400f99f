import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRecordingLog } from '../../../testing/recording-log.ts';
import type { RecordingLog } from '../../../testing/recording-log.ts';
import { createSmallEngine, smallStatus } from '../../../testing/small-engine.ts';
import type { SmallEngine } from '../../../testing/small-engine.ts';
import { temporaryFolder } from '../../../testing/temporary-folder.ts';
import { createHttpClient } from '../../renderer/transport/client.ts';
import { openBundle } from '../bundle.ts';
import type { BrowserHost } from './host.ts';
import { startBrowserHost } from './host.ts';

let host: BrowserHost;
let engine: SmallEngine;
let log: RecordingLog;

beforeEach(async () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'assets'));
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html>window');
  writeFileSync(path.join(folder, 'assets', 'main-abc.js'), 'export {}');
  writeFileSync(path.join(folder, 'notes.secret'), 'not of the window');
  engine = createSmallEngine();
  log = createRecordingLog();
  host = await startBrowserHost({ engine, bundle: openBundle(folder), port: 0, random: randomBytes, log });
});
afterEach(() => host.close());

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}
/** Node's own client: it lets a test send any Host, Origin, Cookie or path. */
function send(
  target: string,
  headers: Record<string, string> = {},
  method = 'GET',
  body = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(host.origin);
    const request = httpRequest({ hostname, port, path: target, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    request.on('error', reject).end(body);
  });
}
async function enter(): Promise<string> {
  const { pathname, search } = new URL(host.url);
  const answer = await send(pathname + search);
  return String(answer.headers['set-cookie']?.[0]).split(';')[0]!;
}
const json = { 'content-type': 'application/json' };

describe('the way in', () => {
  it('exchanges the token for a cookie that scripts cannot read and other sites cannot send', async () => {
    const { pathname, search, port } = new URL(host.url);
    const answer = await send(pathname + search);
    expect([answer.status, answer.headers.location]).toEqual([303, '/']);
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      new RegExp(`^layover-${port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`),
    );
    expect(answer.headers['set-cookie']?.[0]).not.toContain(new URL(host.url).searchParams.get('token'));
  });

  it('tells whoever has no cookie or a wrong one how to open Layover, and lets nothing through', async () => {
    for (const target of ['/', '/assets/main-abc.js', '/media/s/1.m4s', '/artwork/t/poster.jpg'])
      for (const cookie of ['', `layover-${new URL(host.url).port}=wrong`, 'other=1']) {
        const answer = await send(target, cookie ? { cookie } : {});
        expect([target, answer.status]).toEqual([target, 401]);
        expect(answer.text).toContain('start command');
      }
    expect((await send('/?token=wrong')).status).toBe(401);
    expect((await send('/?token=')).status).toBe(401);
  });

  it('refuses calls without the cookie in the contract’s own words', async () => {
    const answer = await send('/rpc/app/status', json, 'POST', '{}');
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      401,
      { json: { code: 'LAYOVER', data: { code: 'rpc/forbidden' } } },
    ]);
    await expect(createHttpClient(`${host.origin}/rpc`).app.status()).rejects.toMatchObject({
      code: 'rpc/forbidden',
    });
  });

  it('refuses other hosts, origins and sites even with the cookie', async () => {
    const cookie = await enter();
    const { port } = new URL(host.url);
    const hostile: Record<string, string>[] = [
      { host: `evil.example:${port}` },
      { host: `localhost:${port}` },
      { host: '127.0.0.1' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://localhost:${port}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of hostile) {
      expect([headers, (await send('/', { cookie, ...headers })).status]).toEqual([headers, 403]);
      const call = await send('/rpc/app/status', { cookie, ...json, ...headers }, 'POST', '{}');
      expect([headers, call.status]).toEqual([headers, 403]);
    }
    const { pathname, search } = new URL(host.url);
    expect((await send(pathname + search, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await send('/', { cookie, origin: host.origin, 'sec-fetch-site': 'same-origin' })).status).toBe(
      200,
    );
  });

  it('writes refusals down without the token', async () => {
    await send('/?token=guess');
    expect(log.lines).toMatchObject([{ event: 'host.refused', fields: { path: '/', status: 401 } }]);
    expect(JSON.stringify(log.lines)).not.toContain('guess');
  });
});

describe('the window', () => {
  it('gets its files with their types, caching and security headers', async () => {
    const cookie = await enter();
    const index = await send('/', { cookie });
    expect(index.text).toContain('window');
    expect(index.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const policy = String(index.headers['content-security-policy']);
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "media-src 'self' blob:",
    ])
      expect(policy.split('; ')).toContain(rule);
    expect(policy).not.toContain('unsafe');
    const script = await send('/assets/main-abc.js', { cookie });
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  });

  it('gets index.html for a place inside the app, and nothing for what is not of the bundle', async () => {
    const cookie = await enter();
    expect((await send('/title/t.1', { cookie })).text).toContain('window');
    for (const target of [
      '/assets/none.js',
      '/../package.json',
      '/%2e%2e/package.json',
      '/assets/..%2fnotes.js',
    ])
      expect([target, (await send(target, { cookie })).status]).toEqual([target, 404]);
    expect((await send('/notes.secret', { cookie })).text).not.toContain('not of the window');
    expect((await send('/', { cookie }, 'POST')).status).toBe(405);
    expect((await send('/', { cookie }, 'HEAD')).headers['content-length']).toBe('21');
  });

  it('gets media from the engine, ranges and cancelling included', async () => {
    const cookie = await enter();
    const part = await send('/media/s/1.m4s', { cookie, range: 'bytes=10-13' });
    expect([part.status, part.headers['content-range'], part.text.length]).toEqual([
      206,
      'bytes 10-13/1000',
      4,
    ]);
    expect(part.headers['content-security-policy']).toBeDefined();
    const aborter = new AbortController();
    await fetch(`${host.origin}/media/endless`, { headers: { cookie }, signal: aborter.signal });
    aborter.abort();
    await engine.cancelled;
  });
});

describe('calls', () => {
  const connect = async () => {
    const cookie = await enter();
    return createHttpClient(`${host.origin}/rpc`, (input, init) => {
      const request = new Request(input, init);
      request.headers.set('cookie', cookie);
      return fetch(request);
    });
  };

  it('answer with and without input', async () => {
    const client = await connect();
    expect(await client.app.status()).toEqual(smallStatus);
    expect(await client.catalog.search({ q: 'tour' })).toMatchObject([{ name: 'tour' }]);
  });

  it('fail with the error that the engine threw, details and sentence included', async () => {
    const client = await connect();
    await expect(client.catalog.title({ titleId: 't1' })).rejects.toMatchObject({
      name: 'LayoverError',
      code: 'catalog/not-found',
    });
    await expect(client.downloads.remove({ downloadId: 'd' })).rejects.toMatchObject({
      code: 'store/no-space',
      details: { neededBytes: 7 },
      message: 'The disk is full. Free 7 bytes, or remove a download, then resume.',
    });
  });

  it('keep what nobody foresaw on this side, and log it', async () => {
    const client = await connect();
    const failure = await client.catalog.search({ q: 'boom' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'internal' });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('secret detail');
    expect(log.lines.map(({ event, fields }) => event + String(fields['reason']))).toEqual([
      expect.stringContaining('rpc.internalTypeError: a secret detail'),
    ]);
    // An answer that does not fit the contract is the engine's fault, never shown as data.
    await expect(client.app.probe()).rejects.toMatchObject({ code: 'internal' });
  });

  it('leave the reason of a refusal, which the viewer is not told, in the log', async () => {
    const client = await connect();
    await expect(client.catalog.search({ q: 'refuse' })).rejects.toMatchObject({ code: 'service/refused' });
    expect(log.lines).toMatchObject([
      { event: 'rpc.refused', fields: { code: 'service/refused', reason: 'not today' } },
    ]);
  });

  it('are checked before they leave', async () => {
    const client = await connect();
    await host.close();
    await expect(client.catalog.search({ q: 'x'.repeat(201) })).rejects.toMatchObject({
      code: 'rpc/malformed',
    });
    await expect(client.catalog.search({ q: 'x' })).rejects.toMatchObject({ code: 'host/stopped' });
  });

  it('that are malformed are refused as such', async () => {
    const cookie = await enter();
    const post = async (target: string, body: string, headers: Record<string, string> = json) => {
      const answer = await send(target, { cookie, ...headers }, 'POST', body);
      return [
        answer.status,
        (JSON.parse(answer.text) as { json: { data: { code: string } } }).json.data.code,
      ];
    };
    for (const body of [
      '',
      '{"json":',
      '[]',
      '"x"',
      '{"json":{}}',
      '{"json":{"q":5}}',
      '{"json":{},"meta":[[0,"a"]]}',
    ])
      expect([body, await post('/rpc/catalog/search', body)]).toEqual([body, [400, 'rpc/malformed']]);
    expect(await post('/rpc/catalog/nothing', '{}')).toEqual([404, 'rpc/malformed']);
    expect(await post('/rpc/__proto__/constructor', '{}')).toEqual([404, 'rpc/malformed']);
    expect(await post('/rpc/catalog/search', 'json=1', { 'content-type': 'text/plain' })).toEqual([
      415,
      'rpc/malformed',
    ]);
    expect((await send('/rpc/app/status', { cookie })).status).toBe(405);
    const huge = await send(
      '/rpc/catalog/search',
      { cookie, ...json },
      'POST',
      `{"json":{"q":"${'x'.repeat(300_000)}"}}`,
    );
    expect(huge.status).toBe(413);
  });

  it('stream events until the listener leaves', async () => {
    const client = await connect();
    const events = await client.app.events();
    expect(await events.next()).toMatchObject({ value: { type: 'changed', what: 'downloads' } });
    expect(await events.next()).toMatchObject({ value: { type: 'status' } });
    expect(engine.listeners).toBe(1);
    await events.return?.();
    await engine.left;
  });

  it('end when the window vanishes without a word', async () => {
    const cookie = await enter();
    const aborter = new AbortController();
    const response = await fetch(`${host.origin}/rpc/app/events`, {
      method: 'POST',
      headers: { cookie, ...json },
      body: '{}',
      signal: aborter.signal,
    });
    await response.body!.getReader().read();
    aborter.abort();
    await engine.left;
  });
});
