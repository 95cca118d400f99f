import type { ByteRange, Pathway } from '../shared/presentation.ts';
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
}

export interface OcaHealth {
  readonly ocaId: string;
  readonly state: 'unknown' | 'good' | 'slow' | 'failed';
  readonly throughputBitsPerSecond: BitsPerSecond | null;
  readonly latencyMs: Ms | null;
}

/** Asks the control plane for fresh addresses; called when they expired or all failed. */
export type RenewPathways = (signal?: AbortSignal) => Promise<Pathway[]>;

/**
 * Steers the requests of one session (a playback or a download) over its OCAs: probes, ranks, leaves a bad
 * one at once, goes on inside a segment elsewhere. The only owner of failover and of retrying an OCA.
 */
export interface Steering {
  /** Measures every OCA that was not measured lately, at the same time; never throws. */
  probe(signal?: AbortSignal): Promise<void>;
  /**
   * Errors: `cdn/no-oca` when every OCA failed (retry: later), `cdn/digest-mismatch` when every OCA sent wrong
   * bytes, `network/offline`; the signal's reason when aborted.
   */
  fetch(request: SegmentRequest, signal?: AbortSignal): Promise<FetchedSegment>;
  health(): OcaHealth[];
}

export interface Cdn {
  /** Knowledge of OCAs is shared between sessions; their addresses are not. */
  /** `probePath`: a small file that every OCA of the session should hold; measured before anything was asked. */
  steer(pathways: Pathway[], renew: RenewPathways, probePath?: string): Steering;
}
