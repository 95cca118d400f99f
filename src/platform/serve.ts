import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Bytes } from '../shared/units.ts';

export type Handler = (request: Request) => Promise<Response>;

export interface ServeOptions {
  /** 0: the system chooses one. */
  readonly port: number;
  /** A request body larger than this is refused with 413 before or while it is read. */
  readonly maxBodyBytes: Bytes;
  /** What the handler threw; the client gets a bare 500. */
  readonly onError: (error: unknown) => void;
}

export interface Served {
  readonly port: number;
  /** "http://127.0.0.1:<port>" */
  readonly origin: string;
  /** Ends at once, open streams included. */
  close(): Promise<void>;
}

/**
 * Mounts a WHATWG handler on HTTP, on 127.0.0.1 and nowhere else. Bodies stream both ways with
 * backpressure. When the client goes away the answer's body is cancelled, and the request's signal aborts.
 * `makeHandler` learns the origin that it is reached under.
 */
export async function serve(
  makeHandler: (origin: string) => Handler,
  { port, maxBodyBytes, onError }: ServeOptions,
): Promise<Served> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const boundPort = (server.address() as AddressInfo).port;
  const origin = `http://127.0.0.1:${boundPort}`;
  const handler = makeHandler(origin);

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const aborter = new AbortController();
    outgoing.once('close', () => aborter.abort());
    let response: Response;
    try {
      response = await respond(handler, origin, incoming, aborter.signal, maxBodyBytes);
    } catch (error) {
      if (!aborter.signal.aborted) onError(error);
      response = new Response(null, { status: 500 });
    }
    await send(response, incoming, outgoing);
  };
  server.on('request', (incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      // The head is out already: cutting the connection is the only way left to say that it failed.
      onError(error);
      outgoing.destroy();
    });
  });

  return {
    port: boundPort,
    origin,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respond(
  handler: Handler,
  origin: string,
  incoming: IncomingMessage,
  signal: AbortSignal,
  maxBodyBytes: Bytes,
): Promise<Response> {
  // "//evil.example/x" as a path would otherwise be read as another host.
  const target = incoming.url?.startsWith('/') ? incoming.url : '/';
  if (!URL.canParse(`${origin}${target}`)) return new Response(null, { status: 400 });
  if (Number(incoming.headers['content-length'] ?? 0) > maxBodyBytes) return tooLarge();

  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2)
    headers.append(incoming.rawHeaders[i] as string, incoming.rawHeaders[i + 1] as string);
  const method = incoming.method ?? 'GET';
  if (['CONNECT', 'TRACE', 'TRACK'].includes(method)) return new Response(null, { status: 405 });
  if (method === 'GET' || method === 'HEAD')
    return handler(new Request(`${origin}${target}`, { method, headers, signal }));

  const limit = { exceeded: false };
  const body = limitedBody(incoming, maxBodyBytes, limit);
  const request = new Request(`${origin}${target}`, { method, headers, signal, body, duplex: 'half' });
  try {
    const response = await handler(request);
    if (!limit.exceeded) return response;
    await response.body?.cancel();
  } catch (error) {
    if (!limit.exceeded) throw error;
  }
  return tooLarge();
}

function tooLarge(): Response {
  return new Response(null, { status: 413, headers: { connection: 'close' } });
}

/** The body as it comes in; errs once it has grown beyond the limit. */
function limitedBody(
  incoming: IncomingMessage,
  maxBytes: Bytes,
  limit: { exceeded: boolean },
): ReadableStream<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  let readBytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const next = await chunks.next();
        if (next.done) {
          controller.close();
          return;
        }
        const { value } = next;
        readBytes += value.length;
        if (readBytes > maxBytes) {
          limit.exceeded = true;
          controller.error(new RangeError('request body too large'));
          return;
        }
        controller.enqueue(value);
      },
    },
    { highWaterMark: 0 },
  );
}

async function send(response: Response, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  if (outgoing.destroyed) {
    await reader?.cancel();
    return;
  }
  // Cancelled at once, also while a read is pending: a body that waits for an OCA must hear of it.
  const onClose = () => {
    if (!outgoing.writableFinished) reader?.cancel().catch(() => undefined);
  };
  outgoing.once('close', onClose);
  outgoing.statusCode = response.status;
  if (response.statusText) outgoing.statusMessage = response.statusText;
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  if (incoming.method === 'HEAD' || !reader) {
    await reader?.cancel();
    outgoing.end();
    return;
  }
  outgoing.flushHeaders();
  for (;;) {
    const next = await reader.read();
    if (next.done || outgoing.destroyed) break;
    if (!outgoing.write(next.value)) await drained(outgoing);
  }
  outgoing.end();
}

/** Resolves when more may be written, or nothing more can be. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done);
      outgoing.off('close', done);
      resolve();
    };
    outgoing.once('drain', done);
    outgoing.once('close', done);
  });
}
