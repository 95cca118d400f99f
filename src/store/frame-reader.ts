import type { KeyObject } from 'node:crypto';
import type { Bytes } from '../shared/units.ts';
import { FRAME_BYTES, TAG_BYTES, placeOfFrame } from './format.ts';
import { openFrame } from './seal.ts';
import type { RecordName } from './seal.ts';
import { readUpTo } from './track-handles.ts';
import type { TrackFile } from './track-file.ts';

/** Frames in one read of the disk: the first alone, so that its bytes leave soon, then more and more. */
const MOST_AT_ONCE = 4;

const BUFFER_BYTES = MOST_AT_ONCE * (FRAME_BYTES + TAG_BYTES);
const MOST_SPARE = 8;
/** Buffers of sealed bytes are used again, by whoever reads next: to make new ones costs more than to decrypt. */
const spare: Buffer[] = [];

export interface FrameReader {
  /** The next frame's plain bytes; undefined when what lies there does not authenticate or is cut short. */
  next(): Promise<Buffer | undefined>;
  /** Waits for what is still being read. */
  end(): Promise<void>;
}

interface Batch {
  readonly first: number;
  readonly last: number;
  readonly bytes: Buffer;
  /** Bytes that the file had. */
  readonly read: Promise<Bytes>;
}

/**
 * The frames `first` to `last` of the record at `offset`, in order. While one batch is opened and handed on,
 * the disk reads the next.
 */
export function createFrameReader(
  file: TrackFile,
  offset: Bytes,
  recordKey: KeyObject,
  name: RecordName,
  frames: { first: number; last: number },
): FrameReader {
  let counter = frames.first;
  let batch: Batch | undefined;
  let ahead: Batch | undefined;

  function start(first: number, count: number): Batch | undefined {
    if (first > frames.last) return undefined;
    const last = Math.min(frames.last, first + count - 1);
    const begin = placeOfFrame(first, name.plainBytes);
    const end = placeOfFrame(last, name.plainBytes);
    const length = end.offsetBytes + end.sealedBytes - begin.offsetBytes;
    const bytes = spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
    const read = file.use(async () =>
      readUpTo(await file.reader(), bytes, length, offset + begin.offsetBytes),
    );
    // Whoever asks for it hears of it; nobody may ask.
    read.catch(() => undefined);
    return { first, last, bytes, read };
  }

  async function batchOf(): Promise<Batch> {
    if (batch && counter <= batch.last) return batch;
    const before = batch;
    giveBack(before);
    batch = ahead ?? start(counter, 1);
    ahead = undefined;
    if (!batch) throw new RangeError('no such frame');
    await batch.read;
    const size = batch.last - batch.first + 1;
    ahead = start(batch.last + 1, Math.min(MOST_AT_ONCE, before ? size * 2 : 2));
    return batch;
  }

  return {
    async next() {
      const now = await batchOf();
      const place = placeOfFrame(counter, name.plainBytes);
      const at = (counter - now.first) * (FRAME_BYTES + TAG_BYTES);
      if ((await now.read) < at + place.sealedBytes) return undefined;
      const sealed = now.bytes.subarray(at, at + place.sealedBytes);
      const plain = openFrame(recordKey, name, counter, place.isLast, sealed);
      counter += 1;
      return plain;
    },
    async end() {
      // Not before the disk has written to it what it was asked for.
      await ahead?.read.catch(() => undefined);
      giveBack(ahead);
      giveBack(batch);
      ahead = batch = undefined;
    },
  };
}

function giveBack(batch: Batch | undefined): void {
  if (batch && spare.length < MOST_SPARE) spare.push(batch.bytes);
}
