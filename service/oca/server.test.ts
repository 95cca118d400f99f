import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBaseUrl } from './address.ts';
import { LogAnswer } from './control.ts';
import type { FaultRule } from './faults.ts';
import { everything, holdingsFromFile } from './holdings.ts';
import type { OcaOptions } from './server.ts';
import { createOca } from './server.ts';

const secret = 'a secret of the fleet';
const segment = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
const segmentPath = 'film/v-720p/1.m4s';

let folder: string;
let nowMs: number;
const servers: Server[] = [];

beforeEach(async () => {
  nowMs = 0;
  folder = await mkdtemp(path.join(tmpdir(), 'layover-oca-'));
  await mkdir(path.join(folder, 'media/film/v-720p'), { recursive: true });
  await writeFile(path.join(folder, 'media', segmentPath), segment);
  await writeFile(path.join(folder, 'media/film/master.m3u8'), '#EXTM3U\n');
  await writeFile(path.join(folder, 'secret.m4s'), 'not media');
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(folder, { recursive: true });
});

async function start(options: Partial<OcaOptions> = {}) {
  const server = createOca({
    ocaId: 'oca-1',
    mediaDir: path.join(folder, 'media'),
    holdings: everything,
    secret,
    nowMs: () => nowMs,
    hasControl: true,
    ...options,
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const base = makeBaseUrl(url, { ocaId: 'oca-1', videoId: 'film', expiresAtSeconds: 60 }, secret);
  const setFaults = async (...rules: FaultRule[]) => {
    const body = JSON.stringify({ rules });
    const answer = await fetch(`${url}/control/faults`, { method: 'PUT', body });
    expect(answer.status).toBe(200);
  };
  const log = async () => LogAnswer.parse(await (await fetch(`${url}/control/log`)).json()).requests;
  return { url, port, base, setFaults, log };
}

/** What a raw socket gets: fetch would clean the path up before it is sent. */
function rawGet(port: number, target: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    });
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.on('end', () => resolve(text)).on('error', reject);
  });
}

describe('media', () => {
  it('is served whole, with length, type and a strong validator', async () => {
    const { base } = await start();
    const answer = await fetch(base + segmentPath);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-length')).toBe('100000');
    expect(answer.headers.get('content-type')).toBe('video/iso.segment');
    expect(answer.headers.get('accept-ranges')).toBe('bytes');
    expect(answer.headers.get('etag')).toMatch(/^"\w{32}"$/);
    expect(Buffer.from(await answer.arrayBuffer()).equals(segment)).toBe(true);
    const playlist = await fetch(`${base}film/master.m3u8`);
    expect(playlist.headers.get('content-type')).toBe('application/vnd.apple.mpegurl');
  });

  it.each([
    ['bytes=10-19', 10, 20],
    ['bytes=99990-', 99_990, 100_000],
    ['bytes=-10', 99_990, 100_000],
  ])('is served in part: %s', async (range, from, to) => {
    const { base } = await start();
    const answer = await fetch(base + segmentPath, { headers: { range } });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/100000`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(segment.subarray(from, to))).toBe(true);
  });

  it('answers HEAD as GET without the body, and other methods not at all', async () => {
    const { base } = await start();
    const head = await fetch(base + segmentPath, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '100000', '']);
    expect((await fetch(base + segmentPath, { method: 'POST' })).status).toBe(405);
  });

  it('honors validators', async () => {
    const { base } = await start();
    const etag = (await fetch(base + segmentPath, { method: 'HEAD' })).headers.get('etag') ?? '';
    const get = async (headers: Record<string, string>) => {
      const answer = await fetch(base + segmentPath, { headers });
      await answer.arrayBuffer();
      return answer.status;
    };
    expect(await get({ 'if-none-match': etag })).toBe(304);
    expect(await get({ range: 'bytes=0-1', 'if-range': etag })).toBe(206);
    expect(await get({ range: 'bytes=0-1', 'if-range': '"older"' })).toBe(200);
    await writeFile(path.join(folder, 'media', segmentPath), 'another version');
    expect(await get({ 'if-none-match': etag })).toBe(200);
  });

  it('refuses a range behind the end', async () => {
    const { base } = await start();
    const answer = await fetch(base + segmentPath, { headers: { range: 'bytes=100000-' } });
    expect([answer.status, answer.headers.get('content-range')]).toEqual([416, 'bytes */100000']);
  });

  it('refuses expired and forged addresses, and other videos than the signed one', async () => {
    const { base } = await start();
    const refusal = async (url: string) => {
      const answer = await fetch(url);
      return [answer.status, ((await answer.json()) as { code: string }).code];
    };
    expect(await refusal(base.replace('/s/film.', '/s/gilm.') + segmentPath)).toEqual([403, 'bad-signature']);
    expect(await refusal(`${base}other/v-720p/1.m4s`)).toEqual([403, 'bad-signature']);
    expect(await refusal(`${base}film/v-720p/2.m4s`)).toEqual([404, 'not-found']);
    nowMs = 60_000;
    expect(await refusal(base + segmentPath)).toEqual([403, 'address-expired']);
  });

  it.each([
    'film/../../secret.m4s',
    'film/%2e%2e/%2e%2e/secret.m4s',
    'film/..%2f..%2fsecret.m4s',
    'film/v-720p',
  ])('keeps inside its folder: %s', async (target) => {
    const { base, port } = await start();
    const answer = await rawGet(port, new URL(base).pathname + target);
    expect(answer).toMatch(/^HTTP\/1\.1 40[34] /);
    expect(answer).not.toContain('not media');
  });

  it('is 404 where this OCA does not hold it, until its list changes', async () => {
    const list = path.join(folder, 'holds.json');
    await writeFile(list, '["another"]');
    const { base } = await start({ holdings: holdingsFromFile(list) });
    const answer = await fetch(base + segmentPath);
    expect([answer.status, await answer.json()]).toEqual([404, { code: 'not-held' }]);
    await writeFile(`${list}.new`, '["another", "film"]');
    await rename(`${list}.new`, list);
    expect((await fetch(base + segmentPath)).status).toBe(200);
    await writeFile(list, 'not JSON');
    expect((await fetch(base + segmentPath)).status).toBe(200);
  });
});

describe('faults', () => {
  it('refuse with a status and Retry-After, so many times, for matching paths only', async () => {
    const { base, setFaults } = await start();
    const fault = { kind: 'status', code: 503, retryAfterSeconds: 7 } as const;
    await setFaults({ match: String.raw`/1\.m4s$`, times: 2, fault });
    expect((await fetch(`${base}film/master.m3u8`)).status).toBe(200);
    const first = await fetch(base + segmentPath);
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '7']);
    expect((await fetch(base + segmentPath)).status).toBe(503);
    expect((await fetch(base + segmentPath)).status).toBe(200);
  });

  it('cut a response short of its promised length', async () => {
    const { base, setFaults, log } = await start();
    await setFaults({ fault: { kind: 'truncate', afterBytes: 70_000 } });
    const answer = await fetch(base + segmentPath);
    expect(answer.headers.get('content-length')).toBe('100000');
    let received = 0;
    const read = async () => {
      for await (const part of answer.body ?? []) received += (part as Uint8Array).length;
    };
    await expect(read()).rejects.toThrow();
    expect(received).toBe(70_000);
    expect(await log()).toMatchObject([{ path: segmentPath, bytes: 70_000, faults: ['truncate'] }]);
  });

  it.each([undefined, 'bytes=500-599'])('corrupt exactly one byte of %s', async (range) => {
    const { base, setFaults } = await start();
    await setFaults({ fault: { kind: 'corrupt' } });
    const answer = await fetch(base + segmentPath, { headers: range ? { range } : {} });
    const got = Buffer.from(await answer.arrayBuffer());
    const sent = range ? segment.subarray(500, 600) : segment;
    expect(got.length).toBe(sent.length);
    expect(sent.filter((byte, index) => byte !== got[index]).length).toBe(1);
  });

  it('reset the connection', async () => {
    const { base, setFaults, log } = await start();
    await setFaults({ fault: { kind: 'reset' } });
    await expect(fetch(base + segmentPath)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(await log()).toMatchObject([{ status: 0, bytes: 0, faults: ['reset'] }]);
  });

  it('reset the connection in the middle of the body', async () => {
    const { base, setFaults, log } = await start();
    await setFaults({ fault: { kind: 'reset', afterBytes: 40_000 } });
    const answer = await fetch(base + segmentPath);
    expect(answer.headers.get('content-length')).toBe('100000');
    await expect(answer.arrayBuffer()).rejects.toThrow();
    await expect.poll(log).toMatchObject([{ status: 200, bytes: 40_000, faults: ['reset'] }]);
  });

  it('send more than the file has, without a length', async () => {
    const { base, setFaults } = await start();
    await setFaults({ fault: { kind: 'excess', bytes: 7 } });
    const answer = await fetch(base + segmentPath);
    expect(answer.headers.get('content-length')).toBeNull();
    const got = Buffer.from(await answer.arrayBuffer());
    expect(got.length).toBe(100_007);
    expect(got.subarray(0, 100_000).equals(segment)).toBe(true);
  });

  it.each([
    [undefined, 200, '99990', null],
    ['bytes=99000-', 206, '990', 'bytes 99000-99989/99990'],
  ])('serve a shorter file than it should be, consistently: %s', async (range, status, length, part) => {
    const { base, setFaults } = await start();
    await setFaults({ fault: { kind: 'wrong-length', missingBytes: 10 } });
    const answer = await fetch(base + segmentPath, { headers: range ? { range } : {} });
    expect([answer.status, answer.headers.get('content-length')]).toEqual([status, length]);
    expect(answer.headers.get('content-range')).toBe(part);
    expect((await answer.arrayBuffer()).byteLength).toBe(Number(length));
  });

  it('redirect in a circle', async () => {
    const { base, setFaults } = await start();
    await setFaults({ fault: { kind: 'redirect' } });
    const first = await fetch(base + segmentPath, { redirect: 'manual' });
    expect([first.status, first.headers.get('location')]).toEqual([
      302,
      new URL(base + segmentPath).pathname,
    ]);
    await expect(fetch(base + segmentPath)).rejects.toThrow();
  });

  it('call an address expired that is good', async () => {
    const { base, setFaults } = await start();
    await setFaults({ times: 1, fault: { kind: 'expired' } });
    const answer = await fetch(base + segmentPath);
    expect([answer.status, await answer.json()]).toEqual([403, { code: 'address-expired' }]);
    expect((await fetch(base + segmentPath)).status).toBe(200);
  });

  it('answer with a sign-in page, as a captive portal does', async () => {
    const { base, setFaults } = await start();
    await setFaults({ fault: { kind: 'html' } });
    const answer = await fetch(base + segmentPath);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('hang in the body until the client gives up, then serve the next', async () => {
    const { base, setFaults, log } = await start();
    await setFaults({ times: 1, fault: { kind: 'hang', where: 'body' } });
    const answer = await fetch(base + segmentPath);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    let received = 0;
    while (received < 50_000) received += (await reader.read()).value?.length ?? 0;
    expect(received).toBe(50_000);
    await reader.cancel();
    await expect.poll(log).toMatchObject([{ bytes: 50_000, faults: ['hang'] }]);
    expect((await fetch(base + segmentPath)).status).toBe(200);
  });

  it('hang before the headers until the client gives up', async () => {
    const { base, setFaults, log } = await start();
    await setFaults({ times: 1, fault: { kind: 'hang', where: 'before' } });
    const client = new AbortController();
    const asking = fetch(base + segmentPath, { signal: client.signal });
    await expect.poll(async () => (await fetch(base + segmentPath)).status).toBe(200);
    client.abort();
    await expect(asking).rejects.toThrow();
    await expect.poll(log).toContainEqual(expect.objectContaining({ status: 0, faults: ['hang'] }));
  });

  it('slow down without changing a byte', async () => {
    const { base, setFaults } = await start();
    await setFaults(
      { fault: { kind: 'latency', ms: 5 } },
      { fault: { kind: 'bandwidth', bytesPerSecond: 2_000_000 } },
    );
    const answer = await fetch(base + segmentPath);
    expect(Buffer.from(await answer.arrayBuffer()).equals(segment)).toBe(true);
  });

  it('slow down no longer once the rules are others, an answer under way included', async () => {
    const { base, setFaults } = await start();
    // Whole it would take longer than the test may.
    await setFaults({ fault: { kind: 'bandwidth', bytesPerSecond: Math.ceil(segment.length / 100) } });
    const answer = await fetch(base + segmentPath);
    await setFaults();
    expect(Buffer.from(await answer.arrayBuffer()).equals(segment)).toBe(true);
  });
});

describe('control', () => {
  it('rejects rules it does not know, and keeps the old ones', async () => {
    const { url, setFaults } = await start();
    await setFaults({ fault: { kind: 'corrupt' } });
    for (const body of [
      'nonsense',
      '{"rules":[{"fault":{"kind":"gremlin"}}]}',
      '{"rules":[{"match":"(","fault":{"kind":"reset"}}]}',
    ]) {
      const answer = await fetch(`${url}/control/faults`, { method: 'PUT', body });
      expect(answer.status).toBe(400);
    }
    const rules: unknown = await (await fetch(`${url}/control/faults`)).json();
    expect(rules).toEqual({ rules: [{ fault: { kind: 'corrupt' } }] });
  });

  it('logs what was asked for and what was sent', async () => {
    const { base, log } = await start();
    const answer = await fetch(base + segmentPath, { headers: { range: 'bytes=0-9' } });
    await answer.arrayBuffer();
    await expect
      .poll(log)
      .toEqual([
        { seq: 1, method: 'GET', path: segmentPath, range: 'bytes=0-9', status: 206, bytes: 10, faults: [] },
      ]);
  });

  it('is not there unless asked for', async () => {
    const { url } = await start({ hasControl: false });
    expect((await fetch(`${url}/control/log`)).status).toBe(404);
    expect((await fetch(`${url}/control/faults`, { method: 'PUT', body: '{"rules":[]}' })).status).toBe(405);
  });
});
