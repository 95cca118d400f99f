import type { SegmentKeys } from './segment-keys.ts';
import type { ByteRange, ContentSteering, Pathway } from '../shared/presentation.ts';
import type { Bytes, BitsPerSecond, Ms } from '../shared/units.ts';

/** One file on an OCA: the one type that comes into cdn/. A byte's name is its content, never its address. */
export interface SegmentRequest {
  /** Relative to a pathway's base; or absolute, and then only that address is asked. */
  readonly path: string;
  readonly byteRange?: ByteRange | undefined;
  /** Known size and digest of the whole file: checked before a byte is handed out. */
  readonly sizeBytes?: Bytes | undefined;
  readonly sha256?: string | undefined;
}

export interface FetchedSegment {
  /** Complete and, where a digest was known, verified. Still encrypted as the service encrypted it. */
  readonly bytes: Uint8Array;
  readonly ocaId: string;
  /** Of the transfer that succeeded, first byte to last; what abr/ learns from. */
  readonly transferMs: Ms;
  readonly timeToFirstByteMs: Ms;
  /** In which a cap, playback or the disk held the OCA back; not in `transferMs`. */
  readonly heldMs: Ms;
}

export interface OcaHealth {
  readonly ocaId: string;
  readonly state: 'unknown' | 'good' | 'slow' | 'failed';
  readonly throughputBitsPerSecond: BitsPerSecond | null;
  readonly latencyMs: Ms | null;
}

/** Asks the control plane for fresh addresses; called when they expired or all failed. */
export type RenewPathways = (signal?: AbortSignal) => Promise<Pathway[]>;

/** Playback always comes before downloads: while it transfers, these stand still. */
export type Priority = 'playback' | 'download';

/** How fast bytes may come; `pace.ts` makes it. */
export interface Pace {
  /**
   * Told of bytes that have come. `undefined`: the next may come at once; else a promise to wait for first,
   * which rejects with the signal's reason. What was taken is never given back.
   */
  take(bytes: Bytes, signal?: AbortSignal): Promise<void> | undefined;
}

/** Where the bytes of a file go as they come. Nothing of them counts before `Steering.stream` has resolved. */
export interface SegmentSink {
  /**
   * Before the first byte, and again after each `restart`. `sizeBytes` undefined: no answer said how long it
   * is. `etag`: strong, of the answer that the bytes are from; what proves later that a server has the same.
   */
  begin(file: { sizeBytes: Bytes | undefined; etag: string | undefined }): void;
  /** False: once `write` has returned it does not look at a piece again, and its memory may be given back. */
  readonly keepsPieces?: boolean | undefined;
  /** In order. A promise holds the OCA back; what it rejects with ends the whole fetch. The piece is the sink's. */
  write(piece: Uint8Array): Promise<void> | undefined;
  /** All that was written is void (wrong, or of another version of the file): it comes again from the first byte. */
  restart(): void;
}

/** The beginning of a file, kept by an earlier run. */
export interface EarlierBytes {
  readonly etag: string | undefined;
  /** From the first byte on, in order; written to the sink like what comes from an OCA. */
  pieces(): AsyncIterable<Uint8Array>;
}

export interface StreamOptions {
  readonly signal?: AbortSignal | undefined;
  /** Used only where a digest or a strong ETag proves that the rest belongs to it. */
  readonly earlier?: EarlierBytes | undefined;
}

/** All bytes went to the sink, complete and, where a digest was known, verified. */
export type Streamed = Omit<FetchedSegment, 'bytes'>;

/**
 * Steers the requests of one session (a playback or a download) over its OCAs: probes, ranks, leaves a bad
 * one at once, goes on inside a segment elsewhere. The only owner of failover and of retrying an OCA.
 */
export interface Steering {
  /** Measures every OCA that was not measured lately, at the same time; never throws. */
  probe(signal?: AbortSignal): Promise<void>;
  /**
   * Errors: `cdn/no-oca` when every OCA failed (retry: later), `cdn/digest-mismatch` when every OCA sent wrong
   * bytes, `network/captive-portal`, `network/offline`, what `renew` throws when all addresses are over; the
   * signal's reason when aborted.
   */
  fetch(request: SegmentRequest, signal?: AbortSignal): Promise<FetchedSegment>;
  /** The same, byte for byte as they come. Errors: as `fetch`, and what the sink throws. */
  stream(request: SegmentRequest, sink: SegmentSink, options?: StreamOptions): Promise<Streamed>;
  health(): OcaHealth[];
}

export interface SteerOptions {
  /** A small file that every OCA of the session should hold; measured before anything was asked. */
  readonly probePath?: string | undefined;
  /** `playback` when not given. */
  readonly priority?: Priority | undefined;
  /** Who tells the order of the pathways while it goes on; what becomes of that never stops a segment. */
  readonly contentSteering?: ContentSteering | undefined;
}

export interface Cdn {
  /** Knowledge of OCAs is shared between sessions; their addresses are not. */
  steer(pathways: Pathway[], renew: RenewPathways, options?: SteerOptions): Steering;
  /** Keys of segments, also of those whose key lies at an address. */
  readonly keys: SegmentKeys;
  /**
   * The bandwidth that all sessions of priority `download` share; null: as much as there is (so it begins).
   * Counts at once, also for what is under way. Playback is never capped.
   */
  capDownloads(bitsPerSecond: BitsPerSecond | null): void;
}
