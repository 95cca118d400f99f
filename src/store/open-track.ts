import { LayoverError, isLayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';
import { diskError } from './disk-error.ts';
import { FRAME_BYTES, sealedBytesOf } from './format.ts';
import type { GroupCommit } from './group-commit.ts';
import { readFrame, writeRecord } from './record.ts';
import { RECORD_SALT_BYTES, deriveRecordKey } from './seal.ts';
import { extentOf } from './segment-index.ts';
import type { SegmentIndex, SegmentRow } from './segment-index.ts';
import type { TrackFile } from './track-file.ts';
import type { OpenTrack } from './types.ts';

export interface OpenTrackParts {
  readonly file: TrackFile;
  /** Belongs to the track from now on: `close` fills it with zeros. */
  readonly dataKey: Uint8Array;
  readonly index: SegmentIndex;
  readonly groupCommit: GroupCommit;
  readonly folder: string;
  random(sizeBytes: Bytes): Uint8Array;
}

/** A track whose data key is in memory. */
export function createOpenTrack(parts: OpenTrackParts): OpenTrack {
  const { file, dataKey, index } = parts;
  const { track, trackId } = file;
  let closed = false;

  const errorOf = (thrown: unknown, neededBytes = 0) =>
    diskError(thrown, { folder: parts.folder, neededBytes });
  const checkOpen = () => {
    if (closed) throw new LayoverError('store/locked', { trackId });
  };

  async function put(segment: number, plain: Uint8Array): Promise<void> {
    checkOpen();
    const name = { trackId, index: segment, plainBytes: plain.length };
    const length = sealedBytesOf(plain.length);
    await file.use(async () => {
      const salt = Buffer.from(parts.random(RECORD_SALT_BYTES));
      const recordKey = deriveRecordKey(dataKey, salt, name);
      const extent = file.reserve(length);
      try {
        await writeRecord(await file.writer(), extent.offset, recordKey, name, plain);
        const row = { track, index: segment, fileOffset: extent.offset, plainBytes: plain.length, salt };
        const replaced = await parts.groupCommit.commit(file, row);
        if (replaced) file.free(extentOf(replaced));
      } catch (thrown) {
        await file.abandon(extent);
        throw errorOf(thrown, length);
      } finally {
        recordKey.fill(0);
      }
    });
  }

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
    const recordKey = deriveRecordKey(dataKey, row.salt, name);
    file.beginRead();
    try {
      // An empty segment has one frame too, and it must authenticate like any other.
      let position = from;
      do {
        const counter = Math.floor(position / FRAME_BYTES);
        const plain = await frameOf(row, segment, recordKey, counter);
        const start = counter * FRAME_BYTES;
        const piece = plain.subarray(position - start, to - start);
        position = start + FRAME_BYTES;
        if (piece.length > 0) yield piece as Uint8Array;
      } while (position < to);
    } finally {
      recordKey.fill(0);
      file.endRead();
    }
  }

  async function frameOf(row: SegmentRow, segment: number, recordKey: Buffer, counter: number) {
    checkOpen();
    const name = { trackId, index: segment, plainBytes: row.plainBytes };
    const plain = await file
      .use(async () => readFrame(await file.reader(), row.fileOffset, recordKey, name, counter))
      .catch((thrown: unknown) => {
        throw errorOf(thrown);
      });
    checkOpen();
    if (plain) return plain;
    index.forget(track, [{ ...row, segment }]);
    throw new LayoverError('store/damaged', { trackId, segment });
  }

  async function verify(signal?: AbortSignal): Promise<number[]> {
    const damaged: number[] = [];
    for (const { index: segment } of index.stored(trackId)) {
      try {
        if (!index.segment(track, segment)) continue;
        for await (const _ of read(segment)) signal?.throwIfAborted();
        signal?.throwIfAborted();
      } catch (thrown) {
        if (!isLayoverError(thrown, 'store/damaged')) throw thrown;
        damaged.push(segment);
      }
    }
    return damaged;
  }

  return {
    put,
    read,
    verify,
    close() {
      if (closed) return;
      closed = true;
      dataKey.fill(0);
      file.release();
    },
  };
}
