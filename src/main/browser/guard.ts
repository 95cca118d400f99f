import { createHash, timingSafeEqual } from 'node:crypto';
import { withSecurityHeaders } from '../headers.ts';
import { LayoverError } from '../../shared/errors.ts';
import { toRpcError } from '../../shared/rpc-errors.ts';

export interface GuardSecrets {
  /** In the address that opens the window; good for a first visit, exchanged for the cookie. */
  readonly entryToken: string;
  /** In the cookie. Another one, so that an address in somebody's history is not a session. */
  readonly session: string;
}

/**
 * Decides who may talk to the host: only a page that came in with this run's token. Returns null when the
 * request may go on, else the answer to give. Against other web sites (Origin, Sec-Fetch-Site, SameSite),
 * names that resolve to 127.0.0.1 (Host), other users of the machine (token), and forms (content type).
 */
export function createGuard(origin: string, secrets: GuardSecrets): (request: Request) => Response | null {
  const { host, port } = new URL(origin);
  const cookieName = `layover-${port}`;

  return (request) => {
    const url = new URL(request.url);
    const { headers } = request;
    const isRpc = url.pathname.startsWith('/rpc/');
    if (headers.get('host') !== host) return refuse(403, isRpc);
    if (headers.has('origin') && headers.get('origin') !== origin) return refuse(403, isRpc);
    if (!['same-origin', 'none', null].includes(headers.get('sec-fetch-site'))) return refuse(403, isRpc);

    const offered = url.searchParams.get('token');
    if (request.method === 'GET' && url.pathname === '/' && offered !== null) {
      if (!isSame(offered, secrets.entryToken)) return refuse(401, false);
      return enter(cookieName, secrets.session);
    }
    const cookie = cookieIn(headers.get('cookie') ?? '', cookieName);
    if (cookie === undefined || !isSame(cookie, secrets.session)) return refuse(401, isRpc);
    return isRpc ? refuseForm(request) : null;
  };
}

/** A form cannot send JSON without asking first; so whatever is not JSON was not sent by our page. */
function refuseForm(request: Request): Response | null {
  if (request.method !== 'POST') return malformed(405, 'only POST');
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  return type === 'application/json' ? null : malformed(415, 'it is not JSON');
}

function enter(cookieName: string, session: string): Response {
  const cookie = `${cookieName}=${session}; HttpOnly; SameSite=Strict; Path=/`;
  const headers = { location: '/', 'set-cookie': cookie, 'cache-control': 'no-store' };
  return withSecurityHeaders(new Response(null, { status: 303, headers }));
}

const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Layover</title>
<h1>This window is not connected to Layover</h1>
<p>Open Layover with its start command: it opens a window, or prints an address that works.</p></html>`;

function refuse(status: 401 | 403, isRpc: boolean): Response {
  if (isRpc) return rpcError(status, new LayoverError('rpc/forbidden'));
  const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
  return withSecurityHeaders(new Response(page, { status, headers }));
}

function malformed(status: number, reason: string): Response {
  return rpcError(status, new LayoverError('rpc/malformed', { reason }));
}

/** An error in the form in which oRPC's client expects it. */
export function rpcError(status: number, error: LayoverError): Response {
  const body = { json: { ...toRpcError(error).toJSON(), status }, meta: [] };
  return withSecurityHeaders(Response.json(body, { status, headers: { 'cache-control': 'no-store' } }));
}

function cookieIn(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

/** Takes the same time whatever is wrong; digests make the lengths equal. */
function isSame(offered: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(offered), digest(secret));
}
