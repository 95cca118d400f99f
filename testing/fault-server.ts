import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a request is answered wrongly. `afterBytes` counts bytes of the body. */
export type Fault =
  /** Answers rightly, but only once the promise is settled. */
  | { kind: 'hold'; until: Promise<unknown> }
  /** The request is accepted and nothing ever comes. */
  | { kind: 'hang' }
  | { kind: 'hang-in-body'; afterBytes: number }
  | { kind: 'reset'; afterBytes: number }
  /** Promises the whole and closes early. */
  | { kind: 'truncate'; afterBytes: number }
  /** A shorter file than it should be, consistently described. */
  | { kind: 'wrong-length'; lengthBytes: number }
  /** One byte is another one. */
  | { kind: 'corrupt'; atByte: number }
  /** A captive portal's page in place of everything. */
  | { kind: 'html'; contentType?: string }
  | { kind: 'status'; status: number; retryAfter?: string }
  | { kind: 'redirect'; location: string }
  /** Answers 200 with everything, whatever range was asked for. */
  | { kind: 'ignore-range' };

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly acceptEncoding: string | undefined;
  readonly ifRange?: string | undefined;
}

export interface FaultServer {
  /** "http://127.0.0.1:<port>/", without a token. */
  readonly url: string;
  /** Path → bytes; may change at any time. What is not in it is answered with 404. */
  readonly files: Map<string, Uint8Array>;
  /** Path → ETag; Range is then conditional on If-Range, as RFC 9110 section 13.1.5 has it. */
  readonly etags: Map<string, string>;
  /** Tokens that are good; any other is answered 403 `address-expired`. */
  readonly tokens: Set<string>;
  readonly requests: SeenRequest[];
  /** Chooses the fault of each request; undefined: none. */
  misbehave: (request: SeenRequest) => Fault | undefined;
  /** Address whose paths are those of `files`. */
  base(token?: string): string;
  /** Sockets open now. */
  connections(): number;
  close(): Promise<void>;
}

/** A real HTTP server on loopback that serves files by path, with Range, and misbehaves on command. */
export async function createFaultServer(
  files: Iterable<readonly [string, Uint8Array]> = [],
): Promise<FaultServer> {
  let open = 0;
  const http = createServer((request, response) => {
    answer(fault, request, response).catch(() => response.destroy());
  });
  http.on('connection', (socket) => {
    open += 1;
    socket.on('error', () => {});
    socket.on('close', () => (open -= 1));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  const fault: FaultServer = {
    url,
    files: new Map(files),
    etags: new Map(),
    tokens: new Set(['good']),
    requests: [],
    misbehave: () => undefined,
    base: (token = 'good') => `${url}${token}/`,
    connections: () => open,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return fault;
}

async function answer(
  server: FaultServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, token = '', path = ''] = /^\/([^/]*)\/(.*)$/.exec(request.url ?? '') ?? [];
  const { range } = request.headers;
  const seen = {
    method: request.method ?? '',
    path,
    range,
    acceptEncoding: request.headers['accept-encoding'],
    ifRange: request.headers['if-range'] as string | undefined,
  };
  server.requests.push(seen);
  const fault = server.misbehave(seen);

  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'hold') await fault.until;
  if (fault?.kind === 'reset' && fault.afterBytes === 0) return void request.socket.resetAndDestroy();
  if (fault?.kind === 'html') {
    const page = '<!DOCTYPE html><html><body>Welcome to Hotel Wi-Fi</body></html>';
    response.writeHead(200, {
      'Content-Type': fault.contentType ?? 'text/html',
      'Content-Length': page.length,
    });
    return void response.end(page);
  }
  if (fault?.kind === 'status') {
    const headers = fault.retryAfter === undefined ? {} : { 'Retry-After': fault.retryAfter };
    return void response.writeHead(fault.status, headers).end();
  }
  if (fault?.kind === 'redirect') return void response.writeHead(302, { Location: fault.location }).end();
  if (!server.tokens.has(token)) {
    response.writeHead(403, { 'Content-Type': 'application/json' });
    return void response.end('{"code":"address-expired"}');
  }
  const stored = server.files.get(path);
  if (!stored) return void response.writeHead(404).end();
  const etag = server.etags.get(path);
  if (etag !== undefined) response.setHeader('ETag', etag);
  const isOtherVersion = seen.ifRange !== undefined && seen.ifRange !== etag;
  sendFile(
    response,
    request.method === 'HEAD',
    spoilt(stored, fault),
    fault?.kind === 'ignore-range' || isOtherVersion ? undefined : range,
    fault,
  );
}

function spoilt(file: Uint8Array, fault: Fault | undefined): Uint8Array {
  if (fault?.kind === 'wrong-length') return file.subarray(0, fault.lengthBytes);
  if (fault?.kind !== 'corrupt') return file;
  const copy = file.slice();
  copy[fault.atByte] = (copy[fault.atByte] ?? 0) ^ 0xff;
  return copy;
}

function sendFile(
  response: ServerResponse,
  isHead: boolean,
  file: Uint8Array,
  range: string | undefined,
  fault: Fault | undefined,
): void {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(range ?? '');
  const start = asked ? Number(asked[1]) : 0;
  const end = asked?.[2] ? Math.min(Number(asked[2]), file.byteLength - 1) : file.byteLength - 1;
  if (asked && start >= file.byteLength) {
    response.writeHead(416, { 'Content-Range': `bytes */${file.byteLength}` }).end();
    return;
  }
  const body = file.subarray(start, end + 1);
  const partial = asked ? { 'Content-Range': `bytes ${start}-${end}/${file.byteLength}` } : {};
  response.writeHead(asked ? 206 : 200, {
    'Content-Type': 'video/mp4',
    'Content-Length': body.byteLength,
    'Accept-Ranges': 'bytes',
    ...partial,
  });
  if (isHead) return void response.end();
  // Of a body that is shorter nothing is left to hang; not ended, it would hang the next request of the connection.
  if (fault?.kind === 'hang-in-body' && fault.afterBytes < body.byteLength)
    response.write(body.subarray(0, fault.afterBytes));
  else if (fault?.kind === 'truncate')
    response.write(body.subarray(0, fault.afterBytes), () => response.destroy());
  else if (fault?.kind === 'reset')
    response.write(body.subarray(0, fault.afterBytes), () => response.socket?.resetAndDestroy());
  else response.end(body);
}
