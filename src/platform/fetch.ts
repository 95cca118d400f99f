import { Agent, fetch as undiciFetch } from 'undici';
import type { RequestInit as UndiciRequestInit } from 'undici';
import { poolOptions } from './pool-options.ts';

export interface NodeFetch {
  readonly fetch: typeof globalThis.fetch;
  /** Closes the idle connections, so that the process can end. */
  close(): Promise<void>;
}

/**
 * WHATWG fetch with a connection pool of its own: nothing that other code does to Node's global dispatcher
 * changes it. undici keeps no cookies; bodies stream. `Accept-Encoding` is `identity` unless the caller says
 * otherwise, because a byte range of a compressed body means nothing.
 */
export function createNodeFetch(): NodeFetch {
  const dispatcher = new Agent(poolOptions);
  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    // A Request of the global fetch is foreign to undici's own classes: only its parts can be handed on.
    const isRequest = input instanceof Request;
    const merged = isRequest ? { ...partsOf(input), ...init } : init;
    const headers = new Headers(merged.headers ?? {});
    if (!headers.has('accept-encoding')) headers.set('accept-encoding', 'identity');
    const options = { ...merged, headers: [...headers], credentials: 'omit', dispatcher };
    const response = await undiciFetch(isRequest ? input.url : input, options as UndiciRequestInit);
    return response;
  };
  return { fetch: fetch, close: () => dispatcher.close() };
}

function partsOf(request: Request): RequestInit {
  const { method, headers, body, signal, redirect } = request;
  return { method, headers, body, signal, redirect, ...(body ? { duplex: 'half' } : {}) };
}
