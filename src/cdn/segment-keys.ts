import { retryAfter } from './answer.ts';
import { orAborted } from '../shared/or-aborted.ts';
import { LayoverError } from '../shared/errors.ts';
import type { SegmentEncryption } from '../shared/presentation.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Bytes, Ms } from '../shared/units.ts';
import type { Clock } from '../shared/platform.ts';

const KEY_BYTES: Bytes = 16;
const LIMIT_MS: Ms = 15 * SECOND_MS;
/** Of the last videos: a rotating key is a few hundred bytes an hour. */
const KEPT = 512;

export interface SegmentKeys {
  /**
   * The 16 bytes that undo a segment's encryption (RFC 8216bis 4.4.4.4, METHOD=AES-128). `contentKey` is asked
   * in any case, for the verdict, and is the answer where the license carries the key; a key at an address is
   * fetched once for all segments and kept in memory, never on disk: what is stored was decrypted before.
   * Errors: what `contentKey` throws; `network/unreachable`; `cdn/no-key`, with `retryAfterSeconds` where the
   * server asks for patience. Who asked tries again: the player its segment, the queue its download.
   */
  keyOf(
    encryption: SegmentEncryption | undefined,
    contentKey: () => Promise<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<Uint8Array>;
}

export function createSegmentKeys(deps: {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}): SegmentKeys {
  const known = new Map<string, Promise<Uint8Array>>();

  async function load(url: string): Promise<Uint8Array> {
    const limit = new AbortController();
    const done = new AbortController();
    deps.clock.sleep(LIMIT_MS, done.signal).then(
      () => limit.abort(new LayoverError('network/unreachable')),
      () => {},
    );
    try {
      const response = await deps
        .fetch(url, { signal: limit.signal, credentials: 'omit', cache: 'no-store' })
        .catch((cause: unknown) => {
          throw new LayoverError('network/unreachable', {}, { cause });
        });
      if (!response.ok) {
        response.body?.cancel().catch(() => {});
        throw new LayoverError('cdn/no-key', { status: response.status, ...patience(response, deps.clock) });
      }
      return await sixteenBytes(response);
    } finally {
      done.abort();
    }
  }

  return {
    async keyOf(encryption, contentKey, signal) {
      const own = await contentKey();
      if (!encryption || !/^https?:/i.test(encryption.keyUri)) return own;
      own.fill(0);
      const { keyUri } = encryption;
      let loading = known.get(keyUri);
      if (!loading) {
        loading = load(keyUri);
        known.set(keyUri, loading);
        // What failed is asked for again the next time.
        loading.catch(() => known.delete(keyUri));
        for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
      }
      return (await orAborted(signal, loading)).slice();
    },
  };
}

function patience({ headers }: Response, clock: Clock): { retryAfterSeconds?: number } {
  const ms = retryAfter(headers, clock.now());
  return ms === undefined ? {} : { retryAfterSeconds: Math.ceil(ms / SECOND_MS) };
}

/** Reads no more than it must: a page of a captive portal is no key. */
async function sixteenBytes(response: Response): Promise<Uint8Array> {
  const key = new Uint8Array(KEY_BYTES);
  let at = 0;
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  try {
    for (;;) {
      const read = await reader?.read();
      if (!read || read.done) break;
      if (at + read.value.byteLength > KEY_BYTES)
        throw new LayoverError('cdn/no-key', { status: response.status });
      key.set(read.value, at);
      at += read.value.byteLength;
    }
  } finally {
    reader?.cancel().catch(() => {});
  }
  if (at !== KEY_BYTES) throw new LayoverError('cdn/no-key', { status: response.status });
  return key;
}
