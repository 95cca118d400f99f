import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import { MOST_REDIRECTS } from '../shared/platform.ts';
import type { HeaderReader, Transport, TransportReceiver, TransportRequest } from '../shared/platform.ts';
import type { Bytes } from '../shared/units.ts';
import { letGoOfChunk } from './chunk.ts';
import { poolOptions } from './pool-options.ts';

export interface NodeTransport extends Transport {
  /** Closes the idle connections, so that the process can end. */
  close(): Promise<void>;
}

/**
 * undici's raw dispatch: pieces go from the parser to the receiver, with neither streams nor promises between,
 * which costs a third of what `fetch` does. HTTP/1.1 with keep-alive: several connections carry more than one
 * of HTTP/2 does, and a lost packet holds up only one of them.
 */
export function createNodeTransport(bytesATurn = BYTES_A_TURN): NodeTransport {
  const agent = new Agent({ ...poolOptions, allowH2: false });
  const turns = createTurns(bytesATurn);
  return {
    async request(request, receiver) {
      let { url } = request;
      for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
        const location = await exchange(agent, turns, { ...request, url }, receiver);
        if (location === undefined) return;
        const next = new URL(location, url);
        // No answer leads off the web: to a file of this computer, say.
        if (!/^https?:$/.test(next.protocol))
          throw Object.assign(new Error('redirected off the web'), { code: 'REDIRECT_SCHEME' });
        url = next.href;
      }
      throw Object.assign(new Error('redirected on and on'), { code: 'REDIRECT_LOOP' });
    },
    close: () => agent.close(),
  };
}

/** What all answers together may bring in one turn of the event loop; it is hashed and sealed in some 4 ms. */
const BYTES_A_TURN: Bytes = 2 * 1024 * 1024;

/** A socket is read up to 32 times before anybody else has a turn, and on a fast link every time brings 64 KiB. */
interface Turns {
  /** A promise: enough for this turn. */
  take(bytes: Bytes): Promise<boolean> | undefined;
}

function createTurns(bytesATurn: Bytes): Turns {
  let leftBytes = bytesATurn;
  let next: Promise<boolean> | undefined;
  return {
    take(bytes) {
      leftBytes -= bytes;
      next ??= new Promise((resolve) => {
        setImmediate(() => {
          next = undefined;
          leftBytes = bytesATurn;
          resolve(true);
        });
      });
      return leftBytes > 0 ? undefined : next;
    },
  };
}

/** One request and its answer. Resolves with where it is redirected to, if it is. */
function exchange(
  agent: Agent,
  turns: Turns,
  { url, method, headers, signal }: TransportRequest,
  receiver: TransportReceiver,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const { origin, pathname, search } = new URL(url);
    let controller: Dispatcher.DispatchController | undefined;
    let location: string | undefined;
    const onAbort = () => {
      // The promise first: whoever waits is let go before the socket is closed.
      settle(() => reject(signal.reason as Error));
      controller?.abort(signal.reason as Error);
    };
    let isSettled = false;
    function settle(how: () => void): void {
      if (isSettled) return;
      isSettled = true;
      signal.removeEventListener('abort', onAbort);
      how();
    }
    /** What is left of the body is not wanted; its connection goes with it. */
    function enough(): void {
      settle(() => resolve(location));
      controller?.abort(new Error('enough'));
    }
    function fail(thrown: unknown): void {
      const reason = thrown instanceof Error ? thrown : new Error('receiver', { cause: thrown });
      settle(() => reject(reason));
      controller?.abort(reason);
    }
    function done(piece: Uint8Array): void {
      if (receiver.onDone?.(piece) === 'free') letGoOfChunk(piece);
    }
    function afterPause(wants: boolean): void {
      if (isSettled) return;
      if (wants) controller?.resume();
      else enough();
    }
    if (signal.aborted) return void reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    agent.dispatch(
      { origin, path: pathname + search, method, headers: { ...headers } },
      {
        onRequestStart(started) {
          controller = started;
          if (isSettled) started.abort(new Error('aborted'));
        },
        onResponseStart(_controller, status, fields) {
          if (isSettled) return;
          const head = readerOf(fields);
          location = isRedirect(status) ? (head.get('location') ?? undefined) : undefined;
          if (location !== undefined || !receiver.onHead(status, head)) enough();
        },
        onResponseData(_controller, piece) {
          if (isSettled) return;
          try {
            const taken = receiver.onBytes(piece);
            const wants = taken === true ? (turns.take(piece.byteLength) ?? true) : taken;
            if (typeof wants !== 'boolean') {
              controller?.pause();
              wants
                .then((wantsMore) => {
                  // Not before: where it paused the parser looks once more for what is left of the chunk.
                  done(piece);
                  afterPause(wantsMore);
                })
                .catch(fail);
            } else if (!wants) enough();
            else done(piece);
          } catch (thrown) {
            fail(thrown);
          }
        },
        onResponseEnd() {
          settle(() => resolve(undefined));
        },
        onResponseError(_controller, error) {
          settle(() => reject(error));
        },
      },
    );
  });
}

const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status);

function readerOf(fields: Record<string, string | string[] | undefined>): HeaderReader {
  return {
    get(name) {
      const value = fields[name];
      return Array.isArray(value) ? value.join(', ') : (value ?? null);
    },
  };
}
