import { createHash } from 'node:crypto';
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
  readonly keepsPieces: boolean;
  /** Hands them on; a promise means that there is no room for more before it settles. */
  add(ocaId: string, piece: Uint8Array): Promise<void> | undefined;
  isComplete(): boolean;
  matchesDigest(): boolean;
  /** Throws everything away, sizes learned included. */
  clear(): void;
}

/** A digest covers the whole file, so it cannot be checked on a byte range of it. */
export function createAssembly(request: SegmentRequest, sink: SegmentSink): Assembly {
  const knownBytes = request.byteRange?.lengthBytes ?? request.sizeBytes;
  const sha256 = request.byteRange ? undefined : request.sha256;
  let hasBegun = false;
  let contributors: string[] = [];
  let receivedBytes = 0;
  let expectedBytes = knownBytes;
  let etag: string | undefined;
  let hash = createHash('sha256');
  const begin = () => {
    if (!hasBegun) sink.begin({ sizeBytes: expectedBytes, etag });
    hasBegun = true;
  };

  return {
    hasDigest: sha256 !== undefined,
    get keepsPieces() {
      return sink.keepsPieces ?? true;
    },
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
      if (sha256 !== undefined) hash.update(piece);
      receivedBytes += piece.byteLength;
      return sink.write(piece);
    },
    isComplete() {
      if (expectedBytes === undefined || receivedBytes !== expectedBytes) return false;
      // An empty file has no first byte.
      begin();
      return true;
    },
    matchesDigest: () => sha256 === undefined || hash.copy().digest('hex') === sha256,
    clear() {
      if (hasBegun) sink.restart();
      hasBegun = false;
      contributors = [];
      receivedBytes = 0;
      expectedBytes = knownBytes;
      etag = undefined;
      hash = createHash('sha256');
    },
  };
}
