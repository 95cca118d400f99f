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
   * where the license carries the key; a key at an address is fetched once and kept in memory, never on disk.
   * Errors: what `contentKey` throws; `network/unreachable`, `cdn/no-key`.
   */
  keyOf(
    encryption: SegmentEncryption,
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
        throw new LayoverError('cdn/no-key', { status: response.status });
      }
      return await sixteenBytes(response);
    } finally {
      done.abort();
    }
  }

  return {
    async keyOf({ keyUri }, contentKey, signal) {
      if (!/^https?:/i.test(keyUri)) return contentKey();
      let loading = known.get(keyUri);
      if (!loading) {
        loading = load(keyUri);
        known.set(keyUri, loading);
        // What failed is asked for again the next time.
        loading.catch(() => known.delete(keyUri));
        for (const oldest of known.keys()) if (known.size > KEPT) known.delete(oldest);
      }
      const key = await loading;
      signal?.throwIfAborted();
      return key.slice();
    },
  };
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
