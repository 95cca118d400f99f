import type { RenditionKind } from '../shared/presentation.ts';
import type { Bytes } from '../shared/units.ts';

/** The 16 bytes that a license carries. Held in memory only while the verdict allows. */
export type ContentKey = Uint8Array;

/** One rendition of one download, as a sealed file. */
export interface TrackSpec {
  /** "<downloadId>.<renditionId>": names the file and is bound into every frame. */
  readonly trackId: string;
  readonly downloadId: string;
  readonly videoId: string;
  readonly renditionId: string;
  readonly kind: RenditionKind;
}

export interface StoredSegment {
  /** INIT_INDEX or 0, 1, 2 … */
  readonly index: number;
  readonly plainBytes: Bytes;
}

/**
 * The encrypted files and their index. What it lists is there, was synced, and authenticates; a kill at any
 * instant leaves every segment whose `put` had resolved. Errors: `store/*`.
 */
export interface Store {
  /** Makes an empty track with a fresh data key, wrapped under content key and device secret. Again: no-op. */
  createTrack(spec: TrackSpec, contentKey: ContentKey): Promise<void>;
  tracks(downloadId?: string): TrackSpec[];
  /** What the track holds, by index: the truth that progress is derived from. */
  stored(trackId: string): StoredSegment[];
  /** Throws `store/locked` when the key is not the one (or the device secret is another's). */
  unlock(trackId: string, contentKey: ContentKey): OpenTrack;
  /** Shreds the wrapped data keys first, then the files. Works on a full disk. */
  removeDownload(downloadId: string): Promise<void>;
  usedBytes(downloadId?: string): Bytes;
  freeBytes(): Promise<Bytes>;
  readonly folder: string;
  /** Removes files that no row names, and rows whose file is gone or too short; says what it did. */
  sweep(): Promise<SweepReport>;
}

export interface OpenTrack {
  /**
   * Seals, writes, syncs and indexes one segment; resolves when it is durable. Replaces an earlier one.
   * Throws `store/no-space`, `store/read-only`, `store/missing`.
   */
  put(index: number, plain: Uint8Array): Promise<void>;
  /**
   * Authenticated plain bytes, in order, in pieces of at most 256 KiB; `range` is within the segment.
   * Throws `store/damaged` before a wrong byte leaves (and forgets the segment, so that a resume fetches it
   * again), `store/missing`.
   */
  read(index: number, range?: { offsetBytes: Bytes; lengthBytes: Bytes }): AsyncIterable<Uint8Array>;
  /** Reads everything; the indexes that do not authenticate are forgotten and returned. */
  verify(signal?: AbortSignal): Promise<number[]>;
  /** Wipes the key from memory. */
  close(): void;
}

export interface SweepReport {
  readonly orphanFiles: number;
  readonly lostTracks: number;
  readonly lostSegments: number;
}
