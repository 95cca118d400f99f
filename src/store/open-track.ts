import { LayoverError } from '../shared/errors.ts';
import type { Bytes } from '../shared/units.ts';
import { FRAME_BYTES } from './format.ts';
import type { GroupCommit } from './group-commit.ts';
import { partExtent } from './part-rows.ts';
import type { PartRow } from './part-rows.ts';
import { RECORD_SALT_BYTES, recordKeyOf } from './seal.ts';
import { extentOf } from './segment-index.ts';
import type { SegmentIndex } from './segment-index.ts';
import { createSegmentReader } from './segment-reader.ts';
import { createHoldingWriter, createSegmentWriter } from './segment-writer.ts';
import type { LockableWriter } from './segment-writer.ts';
import type { TrackFile } from './track-file.ts';
import type { KeptPart, OpenTrack, SegmentWriter } from './types.ts';
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
  const { file, dataKey, index } = parts;
  const { track, trackId } = file;
  const writers = new Set<LockableWriter>();
  /** Salts of parts that were written or authenticated by this track: their rows say where they lie. */
  const proven = new Set<string>();
  let closed = false;

  const checkOpen = () => {
    if (closed) throw new LayoverError('store/locked', { trackId });
  };

  const reader = createSegmentReader({
    file,
    dataKey,
    index,
    verifications: parts.verifications,
    checkOpen,
    errorOf: parts.readError,
  });

  /** A row whose offset lost a bit must not give away the place of another record. */
  function free(part: PartRow): void {
    if (proven.has(part.salt.toString('hex'))) file.free(partExtent(part));
  }

  function part(segment: number): KeptPart | undefined {
    checkOpen();
    const row = index.parts.of(track, segment);
    if (!row) return undefined;
    const { plainBytes, frames, salt, etag } = row;
    return {
      plainBytes,
      etag: etag ?? undefined,
      keptBytes: frames * FRAME_BYTES,
      async *read() {
        for await (const piece of reader.readPart(row)) {
          proven.add(salt.toString('hex'));
          yield piece;
        }
      },
      drop() {
        const now = index.parts.of(track, segment);
        if (!now?.salt.equals(salt)) return;
        index.parts.drop(track, segment);
        free(now);
      },
    };
  }

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
        const { replaced, part } = await parts.groupCommit.commit(file, row);
        if (replaced) file.free(extentOf(replaced));
        if (part && !part.salt.equals(salt)) free(part);
      },
      keepPart(extent, frames, etag) {
        const before = index.parts.of(track, segment);
        const isOther = before && !before.salt.equals(salt);
        if (isOther && before.frames > frames) return false;
        const row = { segment, fileOffset: extent.offset, plainBytes, salt, frames, etag: etag ?? null };
        index.keepPart({ ...row, track });
        proven.add(salt.toString('hex'));
        if (isOther) free(before);
        return true;
      },
      dropPart() {
        if (index.parts.of(track, segment)?.salt.equals(salt)) index.parts.drop(track, segment);
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

  const { readPart: _, ...reading } = reader;
  return {
    put,
    part,
    begin(segment, plainBytes) {
      checkOpen();
      if (plainBytes !== undefined) return begin(segment, plainBytes);
      return createHoldingWriter((heldBytes) => begin(segment, heldBytes));
    },
    ...reading,
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
