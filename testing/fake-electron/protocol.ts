import { Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { demandReady, state } from './state.ts';

type SchemeHandler = (request: Request) => Response | Promise<Response>;

/** What a page (or the media stack) gets; reading it is as lazy as Chromium's loader. */
export interface LoadedResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** Reads everything. */
  bytes(): Promise<Buffer>;
  /** Reads one piece and asks for no more. */
  readOne(): Promise<Buffer | null>;
  /** The page drops the load: the only thing a handler ever hears of it is the body's cancel(). */
  cancel(): void;
}

/** `session.protocol`: what a session's scheme handlers do with a request. */
export class FakeProtocol {
  readonly #handlers = new Map<string, SchemeHandler>();

  registerSchemesAsPrivileged(schemes: typeof state.privileged): void {
    if (state.isReady)
      throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    state.privileged = schemes;
  }

  handle(scheme: string, handler: SchemeHandler): void {
    demandReady('protocol');
    if (this.#handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    this.#handlers.set(scheme, handler);
  }

  isProtocolHandled(scheme: string): boolean {
    return this.#handlers.has(scheme);
  }

  unhandle(scheme: string): void {
    if (!this.#handlers.delete(scheme)) throw new Error(`Failed to unhandle protocol: ${scheme}`);
  }

  /**
   * A load by a page. As in Electron the handler's Request has no signal of the page; repeated headers
   * collapse; a handler that throws is net::ERR_UNEXPECTED; the body is read piece by piece through a Node
   * stream, the next only when the last was taken.
   */
  async load(
    url: string,
    init: { method?: string; headers?: Record<string, string>; initiatorOrigin?: string | null } = {},
  ): Promise<LoadedResponse> {
    const handler = this.#handlers.get(new URL(url).protocol.slice(0, -1));
    if (!handler) throw new Error('net::ERR_UNKNOWN_URL_SCHEME');
    const request = new Request(url, { method: init.method ?? 'GET', headers: init.headers ?? {} });
    if ('initiatorOrigin' in init) Object.assign(request, { initiatorOrigin: init.initiatorOrigin });
    let response: Response;
    try {
      response = await handler(request);
    } catch {
      throw new Error('net::ERR_UNEXPECTED');
    }
    if (!(response instanceof Response)) throw new Error('net::ERR_UNEXPECTED');
    const body: unknown = response.body;
    const stream = body ? Readable.fromWeb(body as WebStream, { highWaterMark: 0 }) : null;
    stream?.on('error', () => undefined);
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      bytes: async () => (stream ? Buffer.concat((await stream.toArray()) as Buffer[]) : Buffer.alloc(0)),
      readOne: () => readOne(stream),
      cancel: () => void stream?.destroy(),
    };
  }
}

async function readOne(stream: Readable | null): Promise<Buffer | null> {
  if (!stream) return null;
  const ready = stream.read() as Buffer | null;
  if (ready) return ready;
  await new Promise<void>((resolve) => {
    for (const event of ['readable', 'end', 'error', 'close']) stream.once(event, () => resolve());
  });
  return stream.read() as Buffer | null;
}
