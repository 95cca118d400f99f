import { LayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';
import { FRAME_BYTES } from './format.ts';
import type { GroupCommit } from './group-commit.ts';
import { RECORD_SALT_BYTES, recordKeyOf } from './seal.ts';
import { extentOf } from './segment-index.ts';
import type { SegmentIndex } from './segment-index.ts';
import { createSegmentReader } from './segment-reader.ts';
import { createHoldingWriter, createSegmentWriter } from './segment-writer.ts';
import type { LockableWriter } from './segment-writer.ts';
import type { TrackFile } from './track-file.ts';
import type { OpenTrack, SegmentWriter } from './types.ts';
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
  const writers = new Set<LockableWriter>();
  let closed = false;

  const checkOpen = () => {
    if (closed) throw new LayoverError('store/locked', { trackId });
  };

  function begin(segment: number, plainBytes: Bytes): SegmentWriter {
    checkOpen();
    const name = { trackId, index: segment, plainBytes };
    const salt = Buffer.from(parts.random(RECORD_SALT_BYTES));
    const writer = createSegmentWriter({
      file,
      name,
      recordKey: recordKeyOf(dataKey, salt, name),
      async index(extent) {
        const row = { track, index: segment, fileOffset: extent.offset, plainBytes, salt };
        const replaced = await parts.groupCommit.commit(file, row);
        if (replaced) file.free(extentOf(replaced));
      },
      errorOf: parts.writeError,
      onEnd: () => writers.delete(writer),
    });
    writers.add(writer);
    return writer;
  }

  async function put(segment: number, plain: Uint8Array): Promise<void> {
    const writer = begin(segment, plain.length);
    try {
      for (let at = 0; at < plain.length; at += FRAME_BYTES)
        await writer.write(plain.subarray(at, at + FRAME_BYTES));
    } catch (thrown) {
      await writer.abort();
      throw thrown;
    }
    await writer.commit();
  }

  return {
    put,
    begin(segment, plainBytes) {
      checkOpen();
      if (plainBytes !== undefined) return begin(segment, plainBytes);
      return createHoldingWriter((heldBytes) => begin(segment, heldBytes));
    },
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
      for (const writer of [...writers]) writer.lock();
      dataKey.fill(0);
      file.release();
      parts.onClosed();
    },
  };
}
