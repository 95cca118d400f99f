import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Transport } from '../src/shared/platform.ts';
import { rest, turn, until } from './until.ts';

export interface TransportUnderTest {
  readonly transport: Transport;
  close(): Promise<void>;
}

const BODY = Buffer.alloc(1_000_000, 'layover');

/** What every Transport must do; the hosts' own and the one over `fetch` pass the same suite. */
export function describeTransportContract(name: string, make: () => TransportUnderTest): void {
  describe(`${name} keeps the contract of a transport`, () => {
    let server: Server;
    let base: string;
    let under: TransportUnderTest;
    /** Of this test's server alone: those of an earlier one may close while this one runs. */
    let connections: Set<Socket>;
    let writtenBytes: number;
    /** One more piece of "/steps". */
    let step: () => void;

    beforeEach(async () => {
      under = make();
      const mine = (connections = new Set());
      writtenBytes = 0;
      server = createServer((request, response) => {
        const path = request.url ?? '';
        if (path === '/loop') response.writeHead(302, { location: '/loop' }).end();
        else if (path === '/moved') response.writeHead(307, { location: '/whole' }).end();
        else if (path === '/down') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
        else if (path === '/lost') response.writeHead(404).end('nothing here');
        else if (path === '/silent') return;
        else if (path === '/steps') {
          response.writeHead(200, { 'content-length': BODY.length });
          response.write(BODY.subarray(0, 1000));
          step = () => response.write(BODY.subarray(0, 1000));
        } else if (path === '/short') {
          response.writeHead(200, { 'content-length': BODY.length });
          response.write(BODY.subarray(0, 1000), () => response.destroy());
        } else if (path === '/endless') {
          const write = () => {
            let hasRoom = true;
            while (hasRoom) {
              hasRoom = response.write(Buffer.alloc(65_536));
              writtenBytes += 65_536;
            }
            response.once('drain', write);
          };
          write();
        } else {
          response.setHeader('set-cookie', 'a=b');
          response.setHeader('x-cookie', request.headers.cookie ?? 'none');
          response.end(request.method === 'HEAD' ? undefined : BODY);
        }
      });
      server.on('connection', (socket) => {
        mine.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => mine.delete(socket));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterEach(async () => {
      server.closeAllConnections();
      server.close();
      await under.close();
    });

    /** Asks, and tells what came. */
    async function get(path: string, options: { signal?: AbortSignal; method?: 'GET' | 'HEAD' } = {}) {
      const { signal = new AbortController().signal, method = 'GET' } = options;
      const got = { status: 0, cookie: null as string | null, pieces: [] as Uint8Array[] };
      await under.transport.request(
        { url: base + path, method, headers: {}, signal },
        {
          onHead(status, headers) {
            Object.assign(got, { status, cookie: headers.get('x-cookie') });
            return true;
          },
          onBytes(bytes) {
            got.pieces.push(bytes);
            return true;
          },
        },
      );
      return got;
    }

    it('gives status, headers and body, and follows a redirect', async () => {
      for (const path of ['/whole', '/moved']) {
        const got = await get(path);
        expect(got.status).toBe(200);
        expect(Buffer.concat(got.pieces).equals(BODY)).toBe(true);
      }
      expect((await get('/whole', { method: 'HEAD' })).pieces).toEqual([]);
    });

    it('sends no cookie that an earlier answer set', async () => {
      await get('/whole');
      expect((await get('/whole')).cookie).toBe('none');
    });

    it('resolves with an answer of any status', async () => {
      expect((await get('/lost')).status).toBe(404);
    });

    it.each(['/loop', '/down', '/short'])('rejects for %s', async (path) => {
      await expect(get(path)).rejects.toThrow();
    });

    it('ends, and hangs up, when no more is wanted', async () => {
      for (const isHeadEnough of [true, false]) {
        const signal = new AbortController().signal;
        await under.transport.request(
          { url: `${base}/endless`, method: 'GET', headers: {}, signal },
          { onHead: () => !isHeadEnough, onBytes: () => false },
        );
      }
      await until(() => connections.size === 0);
    });

    it.each(['/silent', '/endless'])('lets go at once when aborted, and hangs up: %s', async (path) => {
      const abort = new AbortController();
      const asking = get(path, { signal: abort.signal });
      await until(() => connections.size === 1 && (path === '/silent' || writtenBytes > 0));
      abort.abort(new Error('enough'));
      await expect(asking).rejects.toThrow('enough');
      await until(() => connections.size === 0);
      await expect(get('/whole', { signal: abort.signal })).rejects.toThrow('enough');
    });

    it('holds the sender back until the receiver has room', async () => {
      const abort = new AbortController();
      let isHeld = false;
      const asking = under.transport.request(
        { url: `${base}/endless`, method: 'GET', headers: {}, signal: abort.signal },
        {
          onHead: () => true,
          onBytes() {
            expect(isHeld).toBe(false);
            isHeld = true;
            return new Promise<boolean>(() => {});
          },
        },
      );
      await until(() => isHeld);
      // Whatever the system buffers is full at some time; then nothing is written any more.
      await rest(() => writtenBytes, 200);
      abort.abort(new Error('enough'));
      await expect(asking).rejects.toThrow('enough');
    });

    it('goes on after a pause when nothing has come meanwhile, again and again', async () => {
      const abort = new AbortController();
      let pieces = 0;
      const asking = under.transport.request(
        { url: `${base}/steps`, method: 'GET', headers: {}, signal: abort.signal },
        {
          onHead: () => true,
          onDone: () => 'free',
          onBytes(bytes) {
            if (bytes.byteLength === 0) return true;
            pieces += 1;
            return turn().then(() => {
              setImmediate(step);
              return true;
            });
          },
        },
      );
      await until(() => pieces === 4);
      abort.abort(new Error('enough'));
      await expect(asking).rejects.toThrow('enough');
    });

    it('rejects with what the receiver throws or rejects with', async () => {
      for (const onBytes of [
        () => Promise.reject(new Error('disk')),
        () => {
          throw new Error('disk');
        },
      ]) {
        const signal = new AbortController().signal;
        const asking = under.transport.request(
          { url: `${base}/endless`, method: 'GET', headers: {}, signal },
          { onHead: () => true, onBytes },
        );
        await expect(asking).rejects.toThrow('disk');
      }
      await until(() => connections.size === 0);
    });
  });
}
