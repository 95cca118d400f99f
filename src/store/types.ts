import type { LayoverError } from '../shared/errors.ts';
import type { RenditionKind } from '../shared/presentation.ts';
import type { Bytes, Ms } from '../shared/units.ts';

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

/** What a track will still be given. */
export interface TrackNeed {
  readonly trackId: string;
  /** Of all segments that are still to be put, together; an estimate will do. */
  readonly plainBytes: Bytes;
  readonly segments: number;
}

/**
 * Called before each piece of slow background work (a move, a scrub) with its size; the work goes on when it
 * resolves. Without one such work still lets everybody else have a turn of the event loop between pieces.
 */
export type Pacer = (sizeBytes: Bytes) => Promise<void>;

/** When a track was last read whole and found right. */
export interface Verification {
  readonly trackId: string;
  readonly downloadId: string;
  /** null: never since it is complete enough to say so. */
  readonly verifiedAtMs: Ms | null;
  /** A scrub has begun and will go on at this segment; null: the next one begins at the start. */
  readonly nextSegment: number | null;
}

/**
 * The encrypted files and their index. What it lists is there, was synced, and authenticates; a kill at any
 * instant leaves every segment whose `put` had resolved.
 *
 * Errors, wherever files are touched: `store/absent` (the drive is not there: nothing is forgotten, and
 * everything works again when it is back), `store/unreadable` (input/output error, no permission: nothing is
 * forgotten either), `store/missing` (the drive is there and the file is gone), `store/read-only`.
 */
export interface Store extends StorePlace {
  /** Makes an empty track with a fresh data key, wrapped under content key and device secret. Again: no-op. */
  createTrack(spec: TrackSpec, contentKey: ContentKey): Promise<void>;
  tracks(downloadId?: string): TrackSpec[];
  /** What the track holds, by index: the truth that progress is derived from. */
  stored(trackId: string): StoredSegment[];
  /** What was kept of segments that were broken off, in plain bytes. It comes and goes, and `stored` never lists it. */
  parts(trackId: string): { index: number; keptBytes: Bytes }[];
  /** One segment of it, in constant time; undefined: not stored. */
  storedSegment(trackId: string, index: number): StoredSegment | undefined;
  /**
   * Throws `store/locked` when the key is not the one (or the device secret is another's), `store/damaged`
   * when the track can never be read again and is to be made anew.
   */
  unlock(trackId: string, contentKey: ContentKey): OpenTrack;
  /** Shreds the wrapped data keys first, then the files. Works on a full disk, and gives back what was reserved. */
  removeDownload(downloadId: string): Promise<void>;
  /** The same for one track: it is to be made anew, because its bytes are wrong for good or others by now. */
  removeTrack(trackId: string): Promise<void>;
  /** Of what is stored; what is only reserved is not in it. */
  usedBytes(downloadId?: string): Bytes;

  /**
   * Takes the space of all that the tracks of a download will still be given, so that nobody else can: all of
   * it or, with `store/no-space` (`neededBytes`: what must become free first), none. The tracks exist
   * already. Real blocks behind the end of each file where the system can, else what `freeBytes` tells is less
   * by as much. Again: takes the place of what was reserved for this download before. It shrinks with every
   * put, outlives the process, and ends with `unreserve`, with the removal, or when all was put.
   */
  reserve(downloadId: string, needs: readonly TrackNeed[]): Promise<void>;
  /** Gives back what is left of it. When nothing is: no-op. */
  unreserve(downloadId: string): Promise<void>;
  /** What is reserved and not yet used. */
  reservedBytes(downloadId?: string): Bytes;
  /** Of the disk that the store lies on, for whoever comes next: what is reserved is not in it. */
  freeBytes(): Promise<Bytes>;

  /** Tracks in the order in which a scrub should take them: begun ones, then never verified ones, then the oldest. */
  verifications(downloadId?: string): Verification[];
  /**
   * Removes files that no row names, rows whose file is gone or too short or that are not what was written,
   * reservations of nobody, and what a move that was killed left behind; says what it did.
   */
  sweep(): Promise<SweepReport>;
  /** Lets writes under way end, refuses more (`store/locked`), cancels a move, wipes all keys, closes all files. */
  close(): Promise<void>;
}

/** Where the store lies. The database remembers it; until it is moved that is the folder the host gave. */
export interface StorePlace {
  readonly folder: string;
  /** Whether the place is there. False: the drive is not plugged in; nothing is lost. */
  isPresent(): Promise<boolean>;
  /** Looks at a folder that the store might be moved to; `problem` is what `move` would throw, or null. */
  inspect(folder: string): Promise<PlaceReport>;
  /**
   * Moves everything to `folder` (made if it is not there, else empty) while it is used: copies, verifies what
   * was copied, switches in one transaction, deletes the old. Aborting before the switch leaves everything as
   * it was and throws the signal's reason; after it, the move is done. A kill at any instant leaves one place
   * or the other whole, and the next sweep clears up. Puts wait only for the moment of the switch.
   *
   * Throws `store/moving` (one is under way), `store/place-inside`, `store/place-not-empty`,
   * `store/place-no-folder`, `store/place-unusable`, `store/place-taken`, `store/no-space`, `store/read-only`; of the new place
   * `store/place-gone` and `store/place-failing`; of the old one `store/absent` and `store/unreadable`.
   */
  move(folder: string, options?: MoveOptions): Promise<void>;
}

export interface MoveOptions {
  readonly signal?: AbortSignal | undefined;
  readonly pace?: Pacer | undefined;
  onProgress?(progress: MoveProgress): void;
}

export interface MoveProgress {
  readonly movedBytes: Bytes;
  /** May grow while downloads go on. */
  readonly totalBytes: Bytes;
}

export interface PlaceReport {
  readonly folder: string;
  readonly freeBytes: Bytes;
  /** Of the whole disk; null: the system does not say. */
  readonly diskBytes: Bytes | null;
  readonly isCurrent: boolean;
  readonly problem: LayoverError | null;
}

export interface OpenTrack {
  /**
   * Seals, writes, syncs and indexes one segment; resolves when it is durable. Replaces an earlier one.
   * Throws `store/no-space`, `store/read-only`, `store/absent`.
   */
  put(index: number, plain: Uint8Array): Promise<void>;
  /**
   * The same for bytes that are still to come: they are sealed and written as they do. `plainBytes`: of the
   * whole segment, which every frame authenticates; undefined: not known, and then all of it is held in memory
   * until the end. Throws `store/locked`.
   */
  begin(index: number, plainBytes: Bytes | undefined): SegmentWriter;
  /** What was kept of a segment that was broken off; gone as soon as the segment is stored. */
  part(index: number): KeptPart | undefined;
  /**
   * Authenticated plain bytes, in order, in pieces of at most 256 KiB; `range` is within the segment.
   * Throws `store/damaged` before a wrong byte leaves (and forgets the segment, so that a resume fetches it
   * again), `store/missing`, `store/absent`, `store/unreadable`.
   */
  read(index: number, range?: { offsetBytes: Bytes; lengthBytes: Bytes }): AsyncIterable<Uint8Array>;
  /**
   * Reads everything but the segments `except`; the indexes that do not authenticate are forgotten and
   * returned. When it comes to its end, and left nothing out, the track counts as verified just now.
   */
  verify(signal?: AbortSignal, except?: ReadonlySet<number>): Promise<number[]>;
  /**
   * `verify` for the background: paced, and when it is stopped the next one goes on at the same segment. What it
   * found before it was stopped is forgotten by then, as a read would have.
   */
  scrub(options: ScrubOptions): Promise<number[]>;
  /** Wipes the key from memory. */
  close(): void;
}

/** One segment on its way into a track. It does not count before `commit` has resolved; it ends with that or `abort`. */
export interface SegmentWriter {
  /**
   * In order. A promise: take no more before it settles; it rejects with what `put` would throw. The piece is the
   * writer's from now on. Throws what `put` would once that is known, and `RangeError` when there is more than was
   * told.
   */
  write(piece: Uint8Array): Promise<void> | undefined;
  /** Resolves when the segment is durable and listed, in the place of an earlier one. Errors: as `put`. */
  commit(): Promise<void>;
  /**
   * Notes how far it came, in whole frames, so that this much outlives a kill as `OpenTrack.part`; a power cut may
   * take it. `etag`: strong, of the answer that the bytes are from. Never rejects: what cannot be kept comes again.
   */
  keep(etag: string | undefined): Promise<void>;
  /** Resolves when nothing is written any more; never rejects. All of it is void, unless it is to be kept so far. */
  abort(kept?: { etag: string | undefined }): Promise<void>;
}

/** The beginning of a segment that was broken off. */
export interface KeptPart {
  readonly etag: string | undefined;
  /** Of the whole segment, as it was told to `begin`. */
  readonly plainBytes: Bytes;
  /** At most; what no longer authenticates is not read. */
  readonly keptBytes: Bytes;
  /** Authenticated, from the first byte on, in pieces of at most 256 KiB. Errors: those of a drive, as `read`. */
  read(): AsyncIterable<Uint8Array>;
  /** It is of no use. */
  drop(): void;
}

export interface ScrubOptions {
  readonly signal?: AbortSignal | undefined;
  readonly pace?: Pacer | undefined;
  /** So many stored plain bytes more are done, those skipped because they were done before included. */
  onProgress?(checkedBytes: Bytes): void;
}

export interface SweepReport {
  readonly orphanFiles: number;
  readonly lostTracks: number;
  readonly lostSegments: number;
}
