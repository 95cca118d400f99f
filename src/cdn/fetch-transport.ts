import type { Transport } from '../shared/platform.ts';
import { orAborted } from '../shared/or-aborted.ts';

/**
 * A Transport of any host's `fetch`. Slower than a host's own (streams cost three times the CPU), so for hosts
 * that have nothing else, and for tests. Lets go at once when aborted, even if `fetch` does not listen; a body
 * is always read to its end or cancelled.
 */
export function createFetchTransport(fetch: typeof globalThis.fetch): Transport {
  return {
    async request({ url, method, headers, signal }, receiver) {
      const asking = fetch(url, { method, headers, signal, cache: 'no-store', credentials: 'omit' });
      asking.then(
        (late) => {
          if (signal.aborted) late.body?.cancel().catch(() => {});
        },
        () => {},
      );
      const response = await orAborted(signal, asking);
      const body = response.body as ReadableStream<Uint8Array> | null;
      if (!receiver.onHead(response.status, response.headers)) return void body?.cancel().catch(() => {});
      const reader = body?.getReader();
      if (!reader) return;
      try {
        for (;;) {
          const { done, value } = await orAborted(signal, reader.read());
          if (done) return;
          const wants = receiver.onBytes(value);
          if (!(typeof wants === 'boolean' ? wants : await orAborted(signal, wants))) return;
        }
      } finally {
        // Cancelling what was read to its end does nothing; what was left half-read frees its socket.
        reader.cancel().catch(() => {});
      }
    },
  };
}
