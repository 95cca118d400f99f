import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { AddressCheck } from './address.ts';
import { checkPathname } from './address.ts';
import { never, sendBody } from './body.ts';
import { createRequestLog, handleControl } from './control.ts';
import type { Sleep, Strike } from './faults.ts';
import { createFaultBook, noStrike } from './faults.ts';
import type { Holdings } from './holdings.ts';
import type { MediaFile } from './media-files.ts';
import { findMediaFile } from './media-files.ts';
import { parseRange } from './range.ts';
import { send, sendJson } from './respond.ts';

export interface OcaOptions {
  readonly ocaId: string;
  readonly mediaDir: string;
  readonly holdings: Holdings;
  /** Shared with the API, which signs addresses. */
  readonly secret: string;
  readonly nowMs: () => number;
  /** For faults that wait; default: real time. Rejects once the signal aborts. */
  readonly sleep?: Sleep;
  /** Serve /control: only ever for tests. */
  readonly hasControl: boolean;
}

const realSleep: Sleep = (ms, signal) => setTimeout(ms, undefined, { signal });

/** A static media server: signed addresses, ranges, validators. The caller makes it listen, on loopback. */
export function createOca(options: OcaOptions): Server {
  const book = createFaultBook();
  const log = createRequestLog();
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const pathname = pathnameOf(request);
    if (options.hasControl && pathname.startsWith('/control/')) {
      await handleControl(request, response, pathname, book, log);
      return;
    }
    const checked = checkPathname(pathname, options.ocaId, options.secret, options.nowMs());
    const path = checked?.ok ? checked.rest : pathname;
    const strike = options.hasControl ? book.strike(path) : noStrike;
    let bytes = 0;
    response.once('close', () => {
      const { headersSent, statusCode } = response;
      const range = request.headers.range ?? null;
      const status = headersSent ? statusCode : 0;
      log.add({ method: request.method ?? '', path, range, status, bytes, faults: [...strike.kinds] });
    });
    if (await isAnsweredByFault(request, response, strike, options.sleep ?? realSleep)) return;
    await serve(request, response, options, checked, strike, (sent) => (bytes += sent));
  };
  return createServer((request, response) => {
    answer(request, response).catch(() => {
      // A file that vanished or a disk that failed: the client moves on to another OCA.
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { code: 'internal' });
    });
  });
}

function pathnameOf(request: IncomingMessage): string {
  try {
    return decodeURI(new URL(request.url ?? '/', 'http://oca.invalid').pathname);
  } catch {
    return '/';
  }
}

/** Waits out latency, then does what a fault asks instead of an answer. */
async function isAnsweredByFault(
  request: IncomingMessage,
  response: ServerResponse,
  strike: Strike,
  sleep: Sleep,
): Promise<boolean> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const left = () => true;
  if (strike.latencyMs > 0) {
    const hasLeft = await sleep(strike.latencyMs, gone.signal).then(() => false, left);
    if (hasLeft) return true;
  }
  const { decisive } = strike;
  switch (decisive?.kind) {
    case 'status': {
      const { code, retryAfterSeconds } = decisive;
      const headers: Record<string, string> = {};
      if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
      sendJson(response, code, { code: 'fault' }, headers);
      return true;
    }
    case 'html':
      send(response, 200, 'text/html; charset=utf-8', '<!doctype html><title>Sign in to the Wi-Fi</title>');
      return true;
    case 'reset':
      if (decisive.afterBytes !== undefined) return false;
      response.socket?.resetAndDestroy();
      return true;
    case 'redirect':
      response.writeHead(302, { location: request.url ?? '/', 'content-length': '0' }).end();
      return true;
    case 'expired':
      sendJson(response, 403, { code: 'address-expired' });
      return true;
    case 'hang':
      if (decisive.where === 'body') return false;
      await never(gone.signal).catch(left);
      return true;
    default:
      return false;
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: OcaOptions,
  checked: AddressCheck | undefined,
  strike: Strike,
  onSent: (bytes: number) => void,
): Promise<void> {
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD') {
    return sendJson(response, 405, { code: 'method-not-allowed' }, { allow: 'GET, HEAD' });
  }
  if (!checked) return sendJson(response, 404, { code: 'not-found' });
  if (!checked.ok) return sendJson(response, 403, { code: checked.code });
  // An address is for one video: with it, no other can be had.
  if (!checked.rest.startsWith(`${checked.videoId}/`)) {
    return sendJson(response, 403, { code: 'bad-signature' });
  }
  if (!options.holdings.has(checked.videoId)) return sendJson(response, 404, { code: 'not-held' });
  const media = await findMediaFile(options.mediaDir, checked.rest);
  if (!media) return sendJson(response, 404, { code: 'not-found' });
  await serveFile(request, response, asItSeems(media, strike), { strike, options, onSent });
}

function asItSeems(media: MediaFile, { decisive }: Strike): MediaFile {
  if (decisive?.kind !== 'wrong-length') return media;
  return { ...media, sizeBytes: Math.max(0, media.sizeBytes - decisive.missingBytes) };
}

async function serveFile(
  request: IncomingMessage,
  response: ServerResponse,
  media: MediaFile,
  { strike, options, onSent }: { strike: Strike; options: OcaOptions; onSent: (bytes: number) => void },
): Promise<void> {
  const headers = {
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=31536000, immutable',
    etag: media.etag,
  };
  if (matches(request.headers['if-none-match'], media.etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  // If-Range with another version: the part would not fit what the client has, so it gets the whole.
  const ifRange = request.headers['if-range'];
  const isPartUseful = ifRange === undefined || ifRange === media.etag;
  const range = parseRange(isPartUseful ? request.headers.range : undefined, media.sizeBytes);
  if (range.kind === 'unsatisfiable') {
    return sendJson(
      response,
      416,
      { code: 'range-not-satisfiable' },
      { 'content-range': `bytes */${media.sizeBytes}` },
    );
  }
  const [first, last] = range.kind === 'part' ? [range.first, range.last] : [0, media.sizeBytes - 1];
  response.writeHead(range.kind === 'part' ? 206 : 200, {
    ...headers,
    'content-type': media.contentType,
    ...(strike.decisive?.kind === 'excess' ? {} : { 'content-length': String(last - first + 1) }),
    ...(range.kind === 'part' ? { 'content-range': `bytes ${first}-${last}/${media.sizeBytes}` } : {}),
  });
  if (request.method === 'HEAD' || media.sizeBytes === 0) {
    response.end();
    return;
  }
  const { nowMs, sleep = realSleep } = options;
  await sendBody(response, { file: media.file, first, last, strike, nowMs, sleep }, onSent);
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch !== undefined && ifNoneMatch.split(',').some((tag) => ['*', etag].includes(tag.trim()));
}
