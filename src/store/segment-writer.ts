import type { KeyObject } from 'node:crypto';
import { LayoverError } from '../shared/errors.ts';
import { letGo } from '../shared/let-go.ts';
import type { Bytes } from '../shared/units.ts';
import type { Extent } from './extents.ts';
import { FRAME_BYTES, frameCount, placeOfFrame, sealedBytesOf } from './format.ts';
import { beginFrame } from './seal.ts';
import type { FrameSealer, RecordName } from './seal.ts';
import type { TrackFile } from './track-file.ts';
import type { Handle } from './track-handles.ts';
import type { SegmentWriter } from './types.ts';

/** So many frames go to the disk in one call: each wakes another thread, which costs as much as to seal one. */
const FRAMES_AT_ONCE = 4;
/** Such calls of one record that are under way: one is written while the next is sealed. */
const MOST_UNWRITTEN = 2;

export interface SegmentWriterParts {
  readonly file: TrackFile;
  readonly name: RecordName;
  readonly recordKey: KeyObject;
  /** Makes the written record durable and lists it. */
  index(extent: Extent): Promise<void>;
  /** Notes that so many frames at this place are a part of the record; false: a longer one is kept already. */
  keepPart(extent: Extent, frames: number, etag: string | undefined): boolean;
  /** What was kept of this record is void. */
  dropPart(): void;
  /** What the disk said, in the register's words. */
  errorOf(thrown: unknown, neededBytes: Bytes): unknown;
  onEnd(): void;
}

export interface LockableWriter extends SegmentWriter {
  /** The track is closed: wipes the key, and lets whoever waits go with `store/locked`. */
  lock(): void;
}

/**
 * Seals a record as its bytes come, frame by frame, straight into its place in the file. Every touch of the file
 * is a write of its own for `useForWriting`, since a network may be waited for in between.
 */
export function createSegmentWriter(parts: SegmentWriterParts): LockableWriter {
  const { file, name } = parts;
  let recordKey: KeyObject | undefined = parts.recordKey;
  const { plainBytes } = name;
  const length = sealedBytesOf(plainBytes);
  const frames = frameCount(plainBytes);
  /** The frame in the making, and what is sealed of it. */
  let sealer: FrameSealer | undefined;
  let part: Buffer[] = [];
  let filled = 0;
  let counter = 0;
  let place = placeOfFrame(0, plainBytes);
  /** Ciphertexts and tags of whole frames, how many, and where the first of them belongs in the record. */
  let sealed: Buffer[] = [];
  let sealedFrames = 0;
  let sealedAt = 0;
  let unwritten = 0;
  /** Settles when all that was handed to the disk until now has landed. */
  let landed: Promise<unknown> = Promise.resolve();
  let keptFrames = 0;
  let extent: Extent | undefined;
  let placing: Promise<Extent> | undefined;
  let failure: { thrown: unknown } | undefined;
  let isOver = false;
  let isLocked = false;
  let room = Promise.withResolvers<void>();

  const frameBytes = () => (place.isLast ? plainBytes - counter * FRAME_BYTES : FRAME_BYTES);

  function changed(): void {
    room.resolve();
    room = Promise.withResolvers();
  }
  async function until(isSo: () => boolean): Promise<void> {
    while (!failure && !isSo()) await room.promise;
    if (failure) throw failure.thrown as Error;
  }
  function fail(thrown: unknown): void {
    failure ??= { thrown: parts.errorOf(thrown, length) };
  }

  const takePlace = () =>
    file.useForWriting(async () => {
      // The file first: where it cannot be opened no place in it is taken.
      await file.writer();
      return (extent = file.reserve(length));
    });

  async function writeOut(frames: readonly Buffer[], offsetBytes: Bytes): Promise<void> {
    const { offset } = await (placing ??= takePlace());
    await file.useForWriting(async () => writeAll(await file.writer(), frames, offset + offsetBytes));
    for (const bytes of frames) letGo(bytes);
  }

  function flush(): void {
    if (sealed.length === 0) return;
    unwritten += 1;
    const written = writeOut(sealed, sealedAt)
      .catch(fail)
      .finally(() => {
        unwritten -= 1;
        changed();
      });
    landed = Promise.all([landed, written]);
    sealed = [];
    sealedFrames = 0;
  }

  /** Of one frame. */
  function seal(plain: Uint8Array): void {
    if (!recordKey) return;
    sealer ??= beginFrame(recordKey, name, counter, place.isLast);
    part.push(sealer.seal(plain));
    filled += plain.length;
    if (filled === frameBytes()) endFrame(sealer);
  }

  function endFrame(of: FrameSealer): void {
    if (sealedFrames === 0) sealedAt = place.offsetBytes;
    sealed.push(...part, of.end());
    sealedFrames += 1;
    if (place.isLast || sealedFrames >= FRAMES_AT_ONCE) flush();
    sealer = undefined;
    part = [];
    filled = 0;
    counter += 1;
    if (counter < frames) place = placeOfFrame(counter, plainBytes);
  }

  function end(): void {
    if (isOver) return;
    isOver = true;
    recordKey = undefined;
    sealer = undefined;
    sealed = [];
    sealedFrames = 0;
    part = [];
    parts.onEnd();
  }

  /** Not before the last write has ended: its place may be another record's then. */
  async function abandon(): Promise<void> {
    while (unwritten > 0 && !isLocked) await room.promise;
    const taken = extent;
    if (!taken || isLocked) return;
    const kept = keptFrames > 0 ? sealedBytesOf(keptFrames * FRAME_BYTES) : 0;
    file.indexed(taken);
    const rest = { offset: taken.offset + kept, length: taken.length - kept };
    await file.useForWriting(() => file.abandon(rest)).catch(() => undefined);
  }

  async function keep(etag: string | undefined): Promise<void> {
    if (isOver || failure) return;
    flush();
    const upTo = counter;
    await landed;
    const taken = extent;
    if (!taken || upTo <= keptFrames || upTo >= frames) return;
    await file.useForWriting(async () => {
      if (!isOver && !failure && parts.keepPart(taken, upTo, etag)) keptFrames = upTo;
    });
  }

  return {
    write(piece) {
      if (failure) throw failure.thrown as Error;
      if (isOver) throw new LayoverError('store/locked', { trackId: name.trackId });
      for (let at = 0; at < piece.length;) {
        if (counter === frames) throw new RangeError(`more than the ${plainBytes} bytes that were told`);
        const plain = piece.subarray(at, at + frameBytes() - filled);
        seal(plain);
        at += plain.length;
      }
      return unwritten > MOST_UNWRITTEN ? until(() => unwritten <= MOST_UNWRITTEN) : undefined;
    },
    async commit() {
      try {
        if (failure) throw failure.thrown as Error;
        if (isOver) throw new LayoverError('store/locked', { trackId: name.trackId });
        if (plainBytes === 0 && counter === 0) seal(new Uint8Array(0));
        if (counter < frames) throw new RangeError(`fewer than the ${plainBytes} bytes that were told`);
        await until(() => unwritten === 0);
        await file.useForWriting(async () => {
          if (!extent) throw new RangeError('nothing was written');
          await parts.index(extent);
          file.indexed(extent);
        });
        end();
      } catch (thrown) {
        end();
        await abandon();
        throw parts.errorOf(thrown, length);
      }
    },
    keep: (etag) => keep(etag).catch(() => undefined),
    async abort(kept) {
      if (isOver) return;
      if (kept) await keep(kept.etag).catch(() => undefined);
      if (isOver) return;
      if (!kept && keptFrames > 0) {
        parts.dropPart();
        keptFrames = 0;
      }
      end();
      await abandon();
    },
    lock() {
      isLocked = true;
      failure ??= { thrown: new LayoverError('store/locked', { trackId: name.trackId }) };
      end();
      changed();
    },
  };
}

/** For a segment whose size nobody told: no frame can be sealed before the last byte has come. */
export function createHoldingWriter(begin: (plainBytes: Bytes) => SegmentWriter): SegmentWriter {
  let pieces: Uint8Array[] = [];
  let plainBytes = 0;
  return {
    write(piece) {
      pieces.push(piece);
      plainBytes += piece.length;
      return undefined;
    },
    async commit() {
      const writer = begin(plainBytes);
      try {
        for (const piece of pieces) await writer.write(piece);
      } catch (thrown) {
        await writer.abort();
        throw thrown;
      }
      await writer.commit();
    },
    // Nothing of it was sealed.
    keep: async () => {},
    async abort() {
      pieces = [];
    },
  };
}

async function writeAll(handle: Handle, parts: readonly Buffer[], position: Bytes): Promise<void> {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  let { bytesWritten: done } = await handle.writev(parts, position);
  if (done === length) return;
  // A disk that fills up takes a part first and refuses at the next try.
  const bytes = Buffer.concat(parts);
  while (done < length)
    done += (await handle.write(bytes, done, length - done, position + done)).bytesWritten;
}
