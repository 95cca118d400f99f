import { createHash } from 'node:crypto';
import type { Digests, RunningDigest } from '../shared/platform.ts';
import type { Bytes } from '../shared/units.ts';
import type { SegmentRequest, SegmentSink } from './types.ts';

/** Without a known size an endless body would fill memory or disk; no segment of any ladder comes near this. */
export const LARGEST_SEGMENT_BYTES: Bytes = 256 * 1024 * 1024;

/**
 * The bytes of one segment as they come together, possibly from several OCAs. Hashed and handed on while they
 * arrive, so that no long pause is left for the end.
 */
export interface Assembly {
  readonly receivedBytes: Bytes;
  /** Known from the request, or learned from an answer. */
  readonly expectedBytes: Bytes | undefined;
  /** The OCAs whose bytes are in it. */
  readonly contributors: readonly string[];
  /** Strong, of the answer that the first byte is from. */
  readonly etag: string | undefined;
  /** Whether bytes may be joined whoever sends them: the digest of the whole will tell. */
  readonly hasDigest: boolean;
  /** False when an answer's size contradicts what is known. */
  learnSize(bytes: Bytes): boolean;
  /** Of the answer that is to be added; only the first of an assembly counts. */
  learnEtag(etag: string | undefined): void;
  /** Whether so many more may be there. */
  hasRoom(bytes: Bytes): boolean;
  /** Hands them on; a promise means that there is no room for more before it settles. */
  add(ocaId: string, piece: Uint8Array): Promise<void> | undefined;
  /** The sender does not look at the piece any more that was added last. `free`: nobody does. */
  done(): 'free' | 'kept';
  isComplete(): boolean;
  /** Of all that was added. `unknown`: whoever took the digest is gone; `right` where no digest was told. */
  proof(): Promise<'right' | 'wrong' | 'unknown'>;
  /** Throws everything away, sizes learned included. */
  clear(): void;
  /** Nothing comes any more. */
  close(): void;
}

/** Smaller ones are hashed sooner than somebody else is asked to. */
const LEAST_BESIDE_BYTES: Bytes = 512 * 1024;

/** A digest covers the whole file, so it cannot be checked on a byte range of it. */
export function createAssembly(request: SegmentRequest, sink: SegmentSink, digests?: Digests): Assembly {
  const knownBytes = request.byteRange?.lengthBytes ?? request.sizeBytes;
  const sha256 = request.byteRange ? undefined : request.sha256;
  let hasBegun = false;
  let contributors: string[] = [];
  let receivedBytes = 0;
  let expectedBytes = knownBytes;
  let etag: string | undefined;
  let hash = createHash('sha256');
  /** Where the bytes are hashed elsewhere; the last piece only once its sender is done with it. */
  let beside: RunningDigest | undefined;
  let last: Uint8Array | undefined;
  let isFull: Promise<void> | undefined;

  const keepsPieces = () => sink.keepsPieces ?? true;
  function begin(): void {
    if (hasBegun) return;
    hasBegun = true;
    sink.begin({ sizeBytes: expectedBytes, etag });
    const isWorthIt = sha256 !== undefined && (expectedBytes ?? 0) >= LEAST_BESIDE_BYTES;
    // What is kept cannot be given away.
    if (isWorthIt && !keepsPieces()) beside = digests?.begin();
  }
  function handOver(): void {
    if (last) isFull = beside?.update(last);
    last = undefined;
  }
  function note(piece: Uint8Array): void {
    if (sha256 === undefined) return;
    if (!beside) return void hash.update(piece);
    // Of an exchange that broke off; its sender is gone.
    handOver();
    last = piece;
  }
  async function digest(): Promise<string> {
    if (!beside) return hash.copy().digest('hex');
    handOver();
    const running = beside;
    beside = undefined;
    return running.end();
  }

  function forgetDigest(): void {
    hash = createHash('sha256');
    beside?.drop();
    beside = undefined;
    last = undefined;
    isFull = undefined;
  }

  return {
    hasDigest: sha256 !== undefined,
    get receivedBytes() {
      return receivedBytes;
    },
    get expectedBytes() {
      return expectedBytes;
    },
    get contributors() {
      return contributors;
    },
    get etag() {
      return etag;
    },
    learnSize(bytes) {
      expectedBytes ??= bytes;
      return expectedBytes === bytes;
    },
    learnEtag(of) {
      if (receivedBytes === 0 && !hasBegun) etag = of;
    },
    hasRoom: (bytes) => receivedBytes + bytes <= (expectedBytes ?? LARGEST_SEGMENT_BYTES),
    add(ocaId, piece) {
      if (piece.byteLength === 0) return undefined;
      begin();
      if (!contributors.includes(ocaId)) contributors.push(ocaId);
      note(piece);
      receivedBytes += piece.byteLength;
      const wait = sink.write(piece);
      return wait && isFull ? Promise.all([wait, isFull]).then(() => undefined) : (wait ?? isFull);
    },
    done() {
      if (last) {
        handOver();
        return 'kept';
      }
      return keepsPieces() ? 'kept' : 'free';
    },
    isComplete() {
      if (expectedBytes === undefined || receivedBytes !== expectedBytes) return false;
      // An empty file has no first byte.
      begin();
      return true;
    },
    async proof() {
      if (sha256 === undefined) return 'right';
      try {
        return (await digest()) === sha256 ? 'right' : 'wrong';
      } catch {
        return 'unknown';
      }
    },
    clear() {
      if (hasBegun) sink.restart();
      hasBegun = false;
      contributors = [];
      receivedBytes = 0;
      expectedBytes = knownBytes;
      etag = undefined;
      forgetDigest();
    },
    close: forgetDigest,
  };
}
