import { LayoverError, isLayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';
import { FRAME_BYTES } from './format.ts';
import { createFrameReader } from './frame-reader.ts';
import type { PartRow } from './part-rows.ts';
import { recordKeyOf } from './seal.ts';
import type { SegmentIndex } from './segment-index.ts';
import type { TrackFile } from './track-file.ts';
import type { OpenTrack, ScrubOptions } from './types.ts';
import type { VerificationRows } from './verification-rows.ts';

export interface SegmentReaderParts {
  readonly file: TrackFile;
  readonly dataKey: Uint8Array;
  readonly index: SegmentIndex;
  readonly verifications: VerificationRows;
  /** Throws `store/locked` once the track is closed. */
  checkOpen(): void;
  /** What the disk said, in the register's words. */
  errorOf(thrown: unknown): unknown;
}

/** The half of an open track that reads. */
export interface SegmentReader extends Pick<OpenTrack, 'read' | 'verify' | 'scrub'> {
  /** The frames of a part, up to the first that does not authenticate. */
  readPart(row: PartRow): AsyncIterable<Uint8Array>;
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

export function createSegmentReader(parts: SegmentReaderParts): SegmentReader {
  const { file, dataKey, index, verifications, checkOpen } = parts;
  const { track, trackId } = file;

  async function* read(segment: number, range?: { offsetBytes: Bytes; lengthBytes: Bytes }) {
    checkOpen();
    const row = index.segment(track, segment);
    if (!row) throw new LayoverError('store/missing', { trackId, segment });
    const from = range?.offsetBytes ?? 0;
    const to = range ? from + range.lengthBytes : row.plainBytes;
    if (!(from >= 0 && to >= from && to <= row.plainBytes)) {
      throw new RangeError(`bytes ${from} to ${to} of a segment of ${row.plainBytes}`);
    }
    if (to === from && row.plainBytes > 0) return;
    const name = { trackId, index: segment, plainBytes: row.plainBytes };
    const recordKey = recordKeyOf(dataKey, row.salt, name);
    // An empty segment has one frame too, and it must authenticate like any other.
    const first = Math.floor(from / FRAME_BYTES);
    const last = Math.max(first, Math.ceil(to / FRAME_BYTES) - 1);
    const frames = createFrameReader(file, row.fileOffset, recordKey, name, { first, last });
    file.beginRead();
    try {
      for (let counter = first; counter <= last; counter += 1) {
        checkOpen();
        const plain = await frames.next().catch((thrown: unknown) => {
          throw parts.errorOf(thrown);
        });
        checkOpen();
        if (!plain) {
          index.forget(track, [{ ...row, segment }]);
          throw new LayoverError('store/damaged', { trackId, segment });
        }
        const start = counter * FRAME_BYTES;
        const piece = plain.subarray(Math.max(0, from - start), to - start);
        if (piece.length > 0) yield piece as Uint8Array;
      }
    } finally {
      await frames.end();
      file.endRead();
    }
  }

  async function* readPart({ segment, plainBytes, salt, fileOffset, frames: count }: PartRow) {
    checkOpen();
    const name = { trackId, index: segment, plainBytes };
    const frames = createFrameReader(file, fileOffset, recordKeyOf(dataKey, salt, name), name, {
      first: 0,
      last: count - 1,
    });
    file.beginRead();
    try {
      for (let counter = 0; counter < count; counter += 1) {
        const plain = await frames.next().catch((thrown: unknown) => {
          throw parts.errorOf(thrown);
        });
        checkOpen();
        if (!plain) return;
        yield plain as Uint8Array;
      }
    } finally {
      await frames.end();
      file.endRead();
    }
  }

  /** Whether the segment authenticates, or is no longer there to do so. */
  async function isRight(segment: number, signal?: AbortSignal, pace?: ScrubOptions['pace']) {
    if (!index.segment(track, segment)) return true;
    try {
      for await (const piece of read(segment)) {
        await pace?.(piece.byteLength);
        signal?.throwIfAborted();
      }
      return true;
    } catch (thrown) {
      if (isLayoverError(thrown, 'store/damaged')) return false;
      // It was removed or replaced while it was read: there is nothing wrong with what is there now.
      if (isLayoverError(thrown, 'store/missing') && !index.segment(track, segment)) return true;
      throw thrown;
    }
  }

  async function check(
    from: number,
    { signal, pace, onProgress, except }: ScrubOptions & { except?: ReadonlySet<number> | undefined },
  ): Promise<number[]> {
    const damaged: number[] = [];
    let next = from;
    try {
      for (const { index: segment, plainBytes } of index.stored(trackId)) {
        signal?.throwIfAborted();
        if (segment >= from && !except?.has(segment)) {
          if (!(await isRight(segment, signal, pace))) damaged.push(segment);
          next = segment + 1;
          await nextTurn();
        }
        onProgress?.(plainBytes);
      }
      signal?.throwIfAborted();
    } catch (thrown) {
      if (!except) verifications.stoppedAt(track, next);
      throw thrown;
    }
    if (!except?.size) verifications.finished(track);
    return damaged;
  }

  return {
    read,
    readPart,
    verify: (signal, except) => check(Number.NEGATIVE_INFINITY, { signal, except }),
    scrub: (options) => check(verifications.nextOf(track), options),
  };
}
