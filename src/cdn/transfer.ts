import type { Clock } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Bytes, Ms } from '../shared/units.ts';
import { judge, looksLikeHtml } from './answer.ts';
import type { Refusal } from './answer.ts';
import type { Assembly } from './assembly.ts';
import type { SegmentRequest } from './types.ts';

/** Silence that long before the first byte, or between two pieces, and the OCA is left. */
export const FIRST_BYTE_LIMIT_MS: Ms = 4 * SECOND_MS;
export const STALL_LIMIT_MS: Ms = 4 * SECOND_MS;

export interface Attempt {
  readonly url: string;
  readonly ocaId: string;
  readonly request: SegmentRequest;
  /** Where the bytes go; what is in it already is not asked for again. */
  readonly assembly: Assembly;
  readonly signal: AbortSignal | undefined;
  /** Asked after each piece: whether it pays to go on elsewhere. */
  isTooSlow(bytes: Bytes, elapsedMs: Ms): boolean;
}

export interface Moved {
  readonly latencyMs: Ms;
  readonly timeToFirstByteMs: Ms;
  readonly transferMs: Ms;
  readonly bytes: Bytes;
}

export type Outcome =
  | ({ kind: 'complete' } & Moved)
  | ({ kind: 'slow' } & Moved)
  /** Reset, timeout, 5xx, short body: what arrived before that is good and stays in the assembly. */
  | { kind: 'failed'; reason: string }
  /** More bytes than there may be, or an answer that contradicts the known size. */
  | { kind: 'wrong-size' }
  | Refusal;

class Silence extends Error {}

/**
 * Asks one OCA once. Never throws for what an OCA or the network does; rejects with the signal's reason when
 * aborted, promptly, even if `fetch` does not listen. The body is always read to its end or cancelled.
 */
export async function transfer(
  deps: { fetch: typeof globalThis.fetch; clock: Clock },
  attempt: Attempt,
): Promise<Outcome> {
  attempt.signal?.throwIfAborted();
  const guard = new AbortController();
  const onAbort = () => {
    guard.abort(attempt.signal?.reason);
  };
  attempt.signal?.addEventListener('abort', onAbort, { once: true });
  const dog = watchdog(deps.clock, FIRST_BYTE_LIMIT_MS, () => {
    guard.abort(new Silence('silence'));
  });
  try {
    return await receive(deps, attempt, guard.signal, dog);
  } catch (error) {
    attempt.signal?.throwIfAborted();
    return { kind: 'failed', reason: error instanceof Silence ? 'timeout' : reasonOf(error) };
  } finally {
    dog.stop();
    attempt.signal?.removeEventListener('abort', onAbort);
    guard.abort();
  }
}

async function receive(
  { fetch, clock }: { fetch: typeof globalThis.fetch; clock: Clock },
  { url, ocaId, request, assembly, isTooSlow }: Attempt,
  signal: AbortSignal,
  dog: Watchdog,
): Promise<Outcome> {
  const fromBytes = (request.byteRange?.offsetBytes ?? 0) + assembly.receivedBytes;
  const askedAtMs = clock.monotonic();
  const asking = fetch(url, {
    headers: headersFor(request, fromBytes),
    signal,
    cache: 'no-store',
    credentials: 'omit',
  });
  asking.then(
    (late) => signal.aborted && discard(late),
    () => {},
  );
  const response = await orAborted(signal, asking);
  const latencyMs = clock.monotonic() - askedAtMs;
  const answer = judge(response, { fromBytes, isPart: request.byteRange !== undefined, nowMs: clock.now() });
  if (answer.kind !== 'bytes') {
    discard(response);
    return answer;
  }
  if (answer.totalBytes !== undefined && !assembly.learnSize(answer.totalBytes)) {
    discard(response);
    return { kind: 'wrong-size' };
  }

  const body = response.body as ReadableStream<Uint8Array> | null;
  const reader = body?.getReader();
  const startedAtMs = clock.monotonic();
  let { skipBytes } = answer;
  let bytes = 0;
  let firstAtMs: Ms | undefined;
  const moved = (): Moved => ({
    latencyMs,
    timeToFirstByteMs: (firstAtMs ?? startedAtMs) - askedAtMs,
    transferMs: clock.monotonic() - startedAtMs,
    bytes,
  });
  try {
    for (;;) {
      const read = reader && (await orAborted(signal, reader.read()));
      if (!read || read.done) break;
      const { value } = read;
      dog.progress(STALL_LIMIT_MS);
      firstAtMs ??= clock.monotonic();
      if (assembly.receivedBytes === 0 && request.sha256 === undefined && looksLikeHtml(value))
        return { kind: 'portal' };
      const wanted = value.subarray(Math.min(skipBytes, value.byteLength));
      skipBytes -= value.byteLength - wanted.byteLength;
      bytes += wanted.byteLength;
      // A server that ignores Range sends on past the part that was asked for.
      const room = request.byteRange ? request.byteRange.lengthBytes - assembly.receivedBytes : Infinity;
      if (!assembly.add(ocaId, wanted.subarray(0, Math.min(room, wanted.byteLength))))
        return { kind: 'wrong-size' };
      if (request.byteRange && assembly.isComplete()) break;
      if (!assembly.isComplete() && isTooSlow(bytes, clock.monotonic() - startedAtMs))
        return { kind: 'slow', ...moved() };
    }
  } finally {
    // Cancelling what was read to its end does nothing; what was left half-read frees its socket.
    reader?.cancel().catch(() => {});
  }
  // Only a clean end of a body without a stated length says how long it was.
  if (assembly.expectedBytes === undefined) assembly.learnSize(assembly.receivedBytes);
  return assembly.isComplete() ? { kind: 'complete', ...moved() } : { kind: 'failed', reason: 'short-body' };
}

function headersFor({ byteRange }: SegmentRequest, fromBytes: Bytes): Record<string, string> {
  // Compressed on the way, the bytes could be neither counted nor resumed.
  const plain = { 'Accept-Encoding': 'identity' };
  if (byteRange)
    return { ...plain, Range: `bytes=${fromBytes}-${byteRange.offsetBytes + byteRange.lengthBytes - 1}` };
  return fromBytes > 0 ? { ...plain, Range: `bytes=${fromBytes}-` } : plain;
}

interface Watchdog {
  /** Something came; now it may be silent for so long. */
  progress(limitMs: Ms): void;
  stop(): void;
}

function watchdog(clock: Clock, firstLimitMs: Ms, bark: () => void): Watchdog {
  const stopped = new AbortController();
  let barksAtMs = clock.monotonic() + firstLimitMs;
  const watch = async () => {
    for (let leftMs = firstLimitMs; leftMs > 0; leftMs = barksAtMs - clock.monotonic())
      await clock.sleep(leftMs, stopped.signal);
    bark();
  };
  watch().catch(() => {});
  return {
    progress(limitMs) {
      barksAtMs = clock.monotonic() + limitMs;
    },
    stop() {
      stopped.abort();
    },
  };
}

/** Lets go at once when aborted, whatever `work` does. */
export function orAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}

export function discard(response: Response): void {
  response.body?.cancel().catch(() => {});
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : cause instanceof Error ? cause.message : 'unknown';
}
