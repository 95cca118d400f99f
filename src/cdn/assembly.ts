import { createHash } from 'node:crypto';
import type { Bytes } from '../shared/units.ts';
import type { SegmentRequest } from './types.ts';

/** Without a known size an endless body would fill the memory; no segment of any ladder comes near this. */
export const LARGEST_SEGMENT_BYTES: Bytes = 256 * 1024 * 1024;

/**
 * The bytes of one segment as they come together, possibly from several OCAs. Hashed while they arrive, so
 * that no long pause is left for the end.
 */
export interface Assembly {
  readonly receivedBytes: Bytes;
  /** Known from the request, or learned from an answer. */
  readonly expectedBytes: Bytes | undefined;
  /** The OCAs whose bytes are in it. */
  readonly contributors: readonly string[];
  /** False when an answer's size contradicts what is known. */
  learnSize(bytes: Bytes): boolean;
  /** False when it is more than there may be. */
  add(ocaId: string, piece: Uint8Array): boolean;
  isComplete(): boolean;
  matchesDigest(): boolean;
  bytes(): Uint8Array;
  /** Throws everything away, sizes learned included. */
  clear(): void;
}

/** A digest covers the whole file, so it cannot be checked on a byte range of it. */
export function createAssembly(request: SegmentRequest): Assembly {
  const knownBytes = request.byteRange?.lengthBytes ?? request.sizeBytes;
  const sha256 = request.byteRange ? undefined : request.sha256;
  let pieces: Uint8Array[] = [];
  let contributors: string[] = [];
  let receivedBytes = 0;
  let expectedBytes = knownBytes;
  let hash = createHash('sha256');

  return {
    get receivedBytes() {
      return receivedBytes;
    },
    get expectedBytes() {
      return expectedBytes;
    },
    get contributors() {
      return contributors;
    },
    learnSize(bytes) {
      expectedBytes ??= bytes;
      return expectedBytes === bytes;
    },
    add(ocaId, piece) {
      if (receivedBytes + piece.byteLength > (expectedBytes ?? LARGEST_SEGMENT_BYTES)) return false;
      if (piece.byteLength === 0) return true;
      if (!contributors.includes(ocaId)) contributors.push(ocaId);
      if (sha256 !== undefined) hash.update(piece);
      pieces.push(piece);
      receivedBytes += piece.byteLength;
      return true;
    },
    isComplete: () => expectedBytes !== undefined && receivedBytes === expectedBytes,
    matchesDigest: () => sha256 === undefined || hash.copy().digest('hex') === sha256,
    bytes() {
      const whole = new Uint8Array(receivedBytes);
      let at = 0;
      for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.byteLength;
      }
      return whole;
    },
    clear() {
      pieces = [];
      contributors = [];
      receivedBytes = 0;
      expectedBytes = knownBytes;
      hash = createHash('sha256');
    },
  };
}
