import { LayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';
import type { Extent } from './extents.ts';
import { sealedBytesOf } from './format.ts';
import type { GroupCommit } from './group-commit.ts';
import { writeRecord } from './record.ts';
import { RECORD_SALT_BYTES, deriveRecordKey } from './seal.ts';
import { extentOf } from './segment-index.ts';
import type { SegmentIndex } from './segment-index.ts';
import { createSegmentReader } from './segment-reader.ts';
import type { TrackFile } from './track-file.ts';
import type { OpenTrack } from './types.ts';
import type { VerificationRows } from './verification-rows.ts';

export interface OpenTrackParts {
  readonly file: TrackFile;
  /** Belongs to the track from now on: `close` fills it with zeros. */
  readonly dataKey: Uint8Array;
  readonly index: SegmentIndex;
  readonly groupCommit: GroupCommit;
  readonly verifications: VerificationRows;
  random(sizeBytes: Bytes): Uint8Array;
  /** What the disk said, in the register's words. */
  readError(thrown: unknown): unknown;
  writeError(thrown: unknown, neededBytes: Bytes): unknown;
  onClosed(): void;
}

/** A track whose data key is in memory. */
export function createOpenTrack(parts: OpenTrackParts): OpenTrack {
  const { file, dataKey } = parts;
  const { track, trackId } = file;
  let closed = false;

  const checkOpen = () => {
    if (closed) throw new LayoverError('store/locked', { trackId });
  };

  async function put(segment: number, plain: Uint8Array): Promise<void> {
    checkOpen();
    const name = { trackId, index: segment, plainBytes: plain.length };
    const length = sealedBytesOf(plain.length);
    await file.useForWriting(async () => {
      // It may have waited, and the key is gone by now.
      checkOpen();
      const salt = Buffer.from(parts.random(RECORD_SALT_BYTES));
      const recordKey = deriveRecordKey(dataKey, salt, name);
      let extent: Extent | undefined;
      try {
        const writer = await file.writer();
        extent = file.reserve(length);
        await writeRecord(writer, extent.offset, recordKey, name, plain);
        const row = { track, index: segment, fileOffset: extent.offset, plainBytes: plain.length, salt };
        const replaced = await parts.groupCommit.commit(file, row);
        if (replaced) file.free(extentOf(replaced));
      } catch (thrown) {
        if (extent) await file.abandon(extent);
        throw parts.writeError(thrown, length);
      } finally {
        recordKey.fill(0);
      }
    });
  }

  return {
    put,
    ...createSegmentReader({
      file,
      dataKey,
      index: parts.index,
      verifications: parts.verifications,
      checkOpen,
      errorOf: parts.readError,
    }),
    close() {
      if (closed) return;
      closed = true;
      dataKey.fill(0);
      file.release();
      parts.onClosed();
    },
  };
}
