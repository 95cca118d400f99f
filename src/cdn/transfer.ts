import type { Clock, HeaderReader, Transport, TransportReceiver } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Bytes, Ms } from '../shared/units.ts';
import { judge, looksLikeHtml } from './answer.ts';
import type { Refusal } from './answer.ts';
import type { Assembly } from './assembly.ts';
import type { Pace, SegmentRequest } from './types.ts';
import { createWatchdog } from './watchdog.ts';

/** Silence that long before the first byte, and the OCA is left. */
export const FIRST_BYTE_LIMIT_MS: Ms = 4 * SECOND_MS;
/** Between two pieces: shorter where another OCA could go on, longer than a link's worst hiccup where none can. */
export const STALL_LIMIT_MS: Ms = 2 * SECOND_MS;
export const LONE_STALL_LIMIT_MS: Ms = 8 * SECOND_MS;

export interface TransferDeps {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly pace: Pace;
}

export interface Attempt {
  readonly url: string;
  readonly ocaId: string;
  readonly request: SegmentRequest;
  /** Where the bytes go; what is in it already is not asked for again. */
  readonly assembly: Assembly;
  readonly signal: AbortSignal | undefined;
  readonly stallLimitMs: Ms;
  /** Asked after each piece: whether it pays to go on elsewhere. Time that we held the OCA back is not counted. */
  isTooSlow(bytes: Bytes, elapsedMs: Ms): boolean;
}

export interface Moved {
  readonly latencyMs: Ms;
  readonly timeToFirstByteMs: Ms;
  readonly transferMs: Ms;
  /** In which our own side held the OCA back; not in `transferMs`. */
  readonly heldMs: Ms;
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
/** What the sink said; nobody's fault but our disk's. */
class SinkFailed extends Error {}

/**
 * Asks one OCA once. Never throws for what an OCA or the network does; throws what the sink throws; rejects
 * with the signal's reason when aborted, promptly.
 */
export async function transfer(deps: TransferDeps, attempt: Attempt): Promise<Outcome> {
  const { signal } = attempt;
  signal?.throwIfAborted();
  const guard = new AbortController();
  const onAbort = () => {
    guard.abort(signal?.reason);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  const dog = createWatchdog(deps.clock, FIRST_BYTE_LIMIT_MS, () => {
    guard.abort(new Silence('silence'));
  });
  const receiver = createReceiver(deps, attempt, dog, guard.signal);
  try {
    const { url } = attempt;
    await deps.transport.request(
      { url, method: 'GET', headers: headersFor(attempt), signal: guard.signal },
      receiver,
    );
    return receiver.outcome();
  } catch (error) {
    if (error instanceof SinkFailed) throw error.cause;
    signal?.throwIfAborted();
    return { kind: 'failed', reason: error instanceof Silence ? 'timeout' : reasonOf(error) };
  } finally {
    dog.stop();
    signal?.removeEventListener('abort', onAbort);
  }
}

interface Receiver extends TransportReceiver {
  /** Once the exchange has ended cleanly, or was ended here. */
  outcome(): Outcome;
}

function createReceiver(
  { clock, pace }: TransferDeps,
  { ocaId, request, assembly, isTooSlow, stallLimitMs }: Attempt,
  dog: { progress(limitMs: Ms): void },
  signal: AbortSignal,
): Receiver {
  const askedAtMs = clock.monotonic();
  const { byteRange } = request;
  let settled: Outcome | undefined;
  let latencyMs: Ms = 0;
  let startedAtMs = askedAtMs;
  let firstAtMs: Ms | undefined;
  let heldMs: Ms = 0;
  let skipBytes: Bytes = 0;
  let bytes: Bytes = 0;
  let isFirstPiece = true;
  let isWrongSize = false;

  const end = (outcome: Outcome): false => {
    settled ??= outcome;
    return false;
  };
  const moved = (): Moved => ({
    latencyMs,
    timeToFirstByteMs: (firstAtMs ?? startedAtMs) - askedAtMs,
    transferMs: clock.monotonic() - startedAtMs - heldMs,
    heldMs,
    bytes,
  });

  /** Our own side has no room: the OCA waits, and is not blamed for it. */
  async function hold(waits: readonly Promise<void>[]): Promise<true> {
    const sinceMs = clock.monotonic();
    dog.progress(Infinity);
    await Promise.all(waits);
    heldMs += clock.monotonic() - sinceMs;
    dog.progress(stallLimitMs);
    return true;
  }

  function onHead(status: number, headers: HeaderReader): boolean {
    latencyMs = clock.monotonic() - askedAtMs;
    startedAtMs = clock.monotonic();
    const fromBytes = (byteRange?.offsetBytes ?? 0) + assembly.receivedBytes;
    const answer = judge(
      { status, headers },
      { fromBytes, isPart: byteRange !== undefined, nowMs: clock.now() },
    );
    if (answer.kind !== 'bytes') return end(answer);
    ({ skipBytes } = answer);
    if (assembly.receivedBytes > 0 && !assembly.hasDigest && answer.etag !== assembly.etag) {
      // Another version of the file. One that was sent whole is taken from its first byte.
      if (status !== 200) return end({ kind: 'failed', reason: 'other-version' });
      assembly.clear();
      skipBytes = byteRange?.offsetBytes ?? 0;
    }
    assembly.learnEtag(answer.etag);
    isWrongSize = answer.totalBytes !== undefined && !assembly.learnSize(answer.totalBytes);
    return true;
  }

  function onBytes(piece: Uint8Array): boolean | Promise<boolean> {
    dog.progress(stallLimitMs);
    firstAtMs ??= clock.monotonic();
    if (isFirstPiece && looksLikeHtml(piece)) return end({ kind: 'portal' });
    isFirstPiece = false;
    if (isWrongSize) return end({ kind: 'wrong-size' });
    let wanted = piece.subarray(Math.min(skipBytes, piece.byteLength));
    skipBytes -= piece.byteLength - wanted.byteLength;
    bytes += wanted.byteLength;
    // A server that ignores Range sends on past the part that was asked for.
    if (byteRange) wanted = wanted.subarray(0, byteRange.lengthBytes - assembly.receivedBytes);
    if (!assembly.hasRoom(wanted.byteLength)) return end({ kind: 'wrong-size' });
    const isFull = giveToSink(wanted);
    const isPaced = pace.take(piece.byteLength, signal);
    if (byteRange && assembly.isComplete()) return isFull ? isFull.then(() => false) : false;
    if (!assembly.isComplete() && isTooSlow(bytes, clock.monotonic() - startedAtMs - heldMs))
      return end({ kind: 'slow', ...moved() });
    return isFull || isPaced ? hold([isFull, isPaced].filter((wait) => wait !== undefined)) : true;
  }

  function giveToSink(wanted: Uint8Array): Promise<void> | undefined {
    const failed = (cause: unknown): never => {
      throw new SinkFailed('sink', { cause });
    };
    try {
      return assembly.add(ocaId, wanted)?.catch(failed);
    } catch (cause) {
      return failed(cause);
    }
  }

  return {
    onHead,
    onBytes,
    onDone: () => assembly.done(),
    outcome() {
      if (settled) return settled;
      if (isWrongSize) return { kind: 'wrong-size' };
      // Only a clean end of a body without a stated length says how long it was.
      if (assembly.expectedBytes === undefined) assembly.learnSize(assembly.receivedBytes);
      return assembly.isComplete()
        ? { kind: 'complete', ...moved() }
        : { kind: 'failed', reason: 'short-body' };
    },
  };
}

function headersFor({ request: { byteRange }, assembly }: Attempt): Record<string, string> {
  const { receivedBytes, hasDigest, etag } = assembly;
  // Compressed on the way, the bytes could be neither counted nor resumed.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  const fromBytes = (byteRange?.offsetBytes ?? 0) + receivedBytes;
  const lastByte = byteRange ? byteRange.offsetBytes + byteRange.lengthBytes - 1 : '';
  if (byteRange || fromBytes > 0) headers.range = `bytes=${fromBytes}-${lastByte}`;
  // The rest only if it is of the same version, else the whole (RFC 9110 section 13.1.5).
  if (receivedBytes > 0 && !hasDigest && etag !== undefined) headers['if-range'] = etag;
  return headers;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : cause instanceof Error ? cause.message : 'unknown';
}
