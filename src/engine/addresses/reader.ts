import { retryAfter } from '../../cdn/answer.ts';
import { LayoverError } from '../../shared/errors.ts';
import type { Clock, NetworkSignal } from '../../shared/platform.ts';
import type { ByteRange } from '../../shared/presentation.ts';
import { SECOND_MS } from '../../shared/units.ts';
import type { Bytes, Ms } from '../../shared/units.ts';
import { checkManifestStart, TELLING_BYTES } from './content.ts';

/** Gives `loadPresentation` what lies at addresses of strangers. */
export type AddressReader = (signal: AbortSignal | undefined) => {
  /** With the address that it came from in the end, which is another when the server sent the request on. */
  fetchText(url: string): Promise<{ text: string; url: string }>;
  /** Fewer bytes only where the file ends. */
  fetchBytes(url: string, range: ByteRange): Promise<Uint8Array>;
};

const ANSWER_WITHIN_MS: Ms = 20 * SECOND_MS;
/** More than any manifest: see the limits of manifest/. */
const MOST_BYTES: Bytes = 8 * 1024 * 1024;

/**
 * Bounded in time and size; sends nothing that could tell who asks: no cookie, no token, no referrer. Errors:
 * `address/refused`, `address/busy`, `address/web-page`, `address/wrong-content`, `address/too-large`,
 * `address/no-parts`, `network/*`; the signal's reason.
 */
export function createAddressReader(deps: {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly network: NetworkSignal;
}): AddressReader {
  return (signal) => ({
    async fetchText(url) {
      const { bytes, url: inTheEnd } = await read(deps, url, signal);
      return { text: new TextDecoder('utf-8').decode(bytes), url: inTheEnd };
    },
    async fetchBytes(url, range) {
      return (await read(deps, url, signal, range)).bytes;
    },
  });
}

async function read(
  { fetch, clock, network }: Parameters<typeof createAddressReader>[0],
  url: string,
  signal: AbortSignal | undefined,
  range?: ByteRange,
): Promise<{ bytes: Uint8Array; url: string }> {
  if (!network.isOnline()) throw new LayoverError('network/offline');
  const late = new AbortController();
  const settled = new AbortController();
  clock.sleep(ANSWER_WITHIN_MS, settled.signal).then(
    () => late.abort(),
    () => {},
  );
  try {
    const over = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    const response = await fetch(url, {
      signal: over,
      credentials: 'omit',
      cache: 'no-store',
      ...(range && { headers: rangeHeaders(range) }),
    });
    const wrong = wrongIn(response, range, clock.now());
    if (wrong) {
      response.body?.cancel().catch(() => {});
      throw wrong;
    }
    const bytes = range ? await bodyOf(response, range.lengthBytes) : await manifestOf(response);
    return { bytes, url: response.url || url };
  } catch (thrown) {
    if (thrown instanceof LayoverError) throw thrown;
    signal?.throwIfAborted();
    throw new LayoverError('network/unreachable', {}, { cause: thrown });
  } finally {
    settled.abort();
  }
}

/** Whatever compresses the file on its way would make other bytes of a part. */
function rangeHeaders({ offsetBytes, lengthBytes }: ByteRange): Record<string, string> {
  return { Range: `bytes=${offsetBytes}-${offsetBytes + lengthBytes - 1}`, 'Accept-Encoding': 'identity' };
}

function wrongIn(response: Response, range: ByteRange | undefined, nowMs: Ms): LayoverError | undefined {
  const { ok, status, headers } = response;
  if (!ok)
    return new LayoverError(isBusy(status) ? 'address/busy' : 'address/refused', {
      status,
      ...patience(headers, nowMs),
    });
  if (!range) return undefined;
  const isThatPart = headers.get('content-range')?.startsWith(`bytes ${range.offsetBytes}-`);
  return status === 206 && isThatPart ? undefined : new LayoverError('address/no-parts');
}

const isBusy = (status: number) => status >= 500 || status === 429 || status === 408;

function patience(headers: Headers, nowMs: Ms): { retryAfterSeconds?: number } {
  const ms = retryAfter(headers, nowMs);
  return ms === undefined ? {} : { retryAfterSeconds: Math.ceil(ms / SECOND_MS) };
}

/** What is no manifest is left at its first bytes: it may be a film of many gigabytes. */
async function manifestOf(response: Response): Promise<Uint8Array> {
  const contentType = response.headers.get('content-type');
  let isChecked = false;
  const bytes = await bodyOf(response, MOST_BYTES, (begun) => {
    if (isChecked || begun.byteLength < TELLING_BYTES) return;
    isChecked = true;
    checkManifestStart(begun.subarray(0, TELLING_BYTES), contentType);
  });
  if (!isChecked) checkManifestStart(bytes, contentType);
  return bytes;
}

async function bodyOf(
  response: Response,
  most: Bytes,
  look: (begun: Uint8Array) => void = () => {},
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    pieces.push(piece);
    if (bytes - piece.byteLength < TELLING_BYTES) look(Buffer.concat(pieces));
    if (bytes > most) throw new LayoverError('address/too-large');
  }
  return Buffer.concat(pieces);
}
