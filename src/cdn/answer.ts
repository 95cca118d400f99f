import type { HeaderReader } from '../shared/platform.ts';
import { HOUR_MS, SECOND_MS } from '../shared/units.ts';
import type { Bytes, Ms } from '../shared/units.ts';

/** Why an OCA's answer carries no bytes of the segment. */
export type Refusal =
  /** The signed address is over (or was never good): a fresh one is needed. */
  | { kind: 'expired' }
  /** This OCA does not hold the file: no fault of its own. */
  | { kind: 'missing' }
  /** Overloaded; it said how long to leave it alone. */
  | { kind: 'busy'; retryAfterMs: Ms }
  /** Something between here and the OCA answers in its place, with a page of HTML. */
  | { kind: 'portal' }
  | { kind: 'failed'; reason: string };

export type Answer =
  | Refusal
  | {
      kind: 'bytes';
      /** Bytes of the body before the first that is wanted: not 0 where a server ignored Range. */
      skipBytes: Bytes;
      /** Of the whole file, where the answer says so and the whole file is wanted. */
      totalBytes: Bytes | undefined;
      /** The version of the file that they are of; undefined: the server does not say, or only weakly. */
      etag: string | undefined;
    };

const DEFAULT_RETRY_AFTER_MS: Ms = 5 * SECOND_MS;
/** A mistyped date must not take an OCA away for ever. */
const LONGEST_RETRY_AFTER_MS: Ms = HOUR_MS;

/** Reads status and headers; leaves the body alone. `isPart`: only a byte range of the file is wanted. */
export function judge(
  { status, headers }: { status: number; headers: HeaderReader },
  asked: { fromBytes: Bytes; isPart: boolean; nowMs: Ms },
): Answer {
  if (isHtmlType(headers) && (status < 400 || status === 511)) return { kind: 'portal' };
  switch (status) {
    case 200: {
      const lengthBytes = isEncoded(headers) ? undefined : wholeNumber(headers.get('content-length'));
      return {
        kind: 'bytes',
        skipBytes: asked.fromBytes,
        totalBytes: asked.isPart ? undefined : lengthBytes,
        etag: strongEtag(headers),
      };
    }
    case 206: {
      const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
      if (Number(range?.[1]) !== asked.fromBytes) return { kind: 'failed', reason: 'wrong-range' };
      const totalBytes = asked.isPart ? undefined : wholeNumber(range?.[2] ?? null);
      return { kind: 'bytes', skipBytes: 0, totalBytes, etag: strongEtag(headers) };
    }
    case 403:
    case 410:
      return { kind: 'expired' };
    case 404:
      return { kind: 'missing' };
    case 429:
      return { kind: 'busy', retryAfterMs: retryAfter(headers, asked.nowMs) ?? DEFAULT_RETRY_AFTER_MS };
    case 503: {
      const retryAfterMs = retryAfter(headers, asked.nowMs);
      return retryAfterMs === undefined ? { kind: 'failed', reason: '503' } : { kind: 'busy', retryAfterMs };
    }
    default:
      return { kind: 'failed', reason: String(status) };
  }
}

/** Retry-After in seconds or as a date (RFC 9110 section 10.2.3). */
export function retryAfter(headers: HeaderReader, nowMs: Ms): Ms | undefined {
  const text = headers.get('retry-after');
  if (text === null) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * SECOND_MS : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
}

function isHtmlType(headers: HeaderReader): boolean {
  return /^(text\/html|application\/xhtml)/i.test(headers.get('content-type') ?? '');
}

/** A page that does not say it is one. No media file and no subtitles begin like this. */
export function looksLikeHtml(firstPiece: Uint8Array): boolean {
  const start = new TextDecoder('latin1').decode(firstPiece.subarray(0, 64));
  return /^\s*(<!doctype html|<html)/i.test(start);
}

/** Same strong validator, same bytes (RFC 9110 section 8.8.1); a weak one promises only the same meaning. */
function strongEtag(headers: HeaderReader): string | undefined {
  const etag = headers.get('etag');
  return etag !== null && /^"[^"]*"$/.test(etag) && !isEncoded(headers) ? etag : undefined;
}

function isEncoded(headers: HeaderReader): boolean {
  return (headers.get('content-encoding') ?? 'identity') !== 'identity';
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
