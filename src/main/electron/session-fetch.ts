import type { Session, session } from 'electron';

/**
 * Chromium's network stack for the engine: the system's proxies and certificates, HTTP/2. A session of its
 * own, in memory, so that nothing of the engine's traffic meets the window's, and never a cookie or a cache
 * entry. Limits of Electron's fetch: no `redirect: 'manual'`; `response.url` is not to be relied on.
 */
export function createSessionFetch(sessions: typeof session): typeof globalThis.fetch {
  const own: Session = sessions.fromPartition('layover-engine', { cache: false });
  const fetch = (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : {}));
    if (!headers.has('accept-encoding')) headers.set('accept-encoding', 'identity');
    return own.fetch(input instanceof URL ? input.href : input, {
      ...init,
      headers,
      credentials: 'omit',
      cache: 'no-store',
      bypassCustomProtocolHandlers: true,
    });
  };
  return fetch;
}
