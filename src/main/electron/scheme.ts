import type { CustomScheme, Protocol } from 'electron';

/** The one origin of the window: pages, bytes and pictures alike, so nothing needs CORS. */
export const APP_ORIGIN = 'app://bundle';

/**
 * Registered before anything else. `standard` gives it an origin and makes Chromium ask for further ranges of
 * a media file; `stream` lets media start before it is complete. No `bypassCSP`, no `corsEnabled`, no service
 * workers.
 */
export const appScheme: CustomScheme = {
  scheme: 'app',
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
};

/** Whether an address belongs to our window. Not by `origin`: Node's URL calls that "null" for app:. */
export function isOwnUrl(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host } = new URL(address);
  return `${protocol}//${host}` === APP_ORIGIN;
}

/**
 * Mounts the window's handler. A request here carries no signal: that the page has gone away is heard only as
 * the body's cancel(). `initiatorOrigin` is set by Chromium, not by the page, so a foreign one is refused.
 */
export function handleAppScheme(protocol: Protocol, handler: (request: Request) => Promise<Response>): void {
  protocol.handle('app', async (request) => {
    const { initiatorOrigin } = request as { initiatorOrigin?: string | null };
    const isForeign = initiatorOrigin !== undefined && !isOwnUrl(`${initiatorOrigin}/`);
    if (!isOwnUrl(request.url) || isForeign) return new Response(null, { status: 403 });
    return handler(request);
  });
}
