import type { FileHandle } from 'node:fs/promises';
import type { Bytes } from '../shared/units.ts';
import { FRAME_BYTES, frameCount, placeOfFrame } from './format.ts';
import { openFrame, sealFrame } from './seal.ts';
import type { RecordName } from './seal.ts';

/** Seals `plain` frame by frame to `offset`; while one frame is written the next is sealed. */
export async function writeRecord(
  handle: FileHandle,
  offset: Bytes,
  recordKey: Uint8Array,
  name: RecordName,
  plain: Uint8Array,
): Promise<void> {
  let written: Promise<void> = Promise.resolve();
  for (let counter = 0; counter < frameCount(name.plainBytes); counter += 1) {
    const place = placeOfFrame(counter, name.plainBytes);
    const part = plain.subarray(counter * FRAME_BYTES, (counter + 1) * FRAME_BYTES);
    const sealed = sealFrame(recordKey, name, counter, place.isLast, part);
    await written;
    written = writeAll(handle, sealed, offset + place.offsetBytes);
  }
  await written;
}

/** One frame's plain bytes; undefined when what lies there does not authenticate or is cut short. */
export async function readFrame(
  handle: FileHandle,
  offset: Bytes,
  recordKey: Uint8Array,
  name: RecordName,
  counter: number,
): Promise<Buffer | undefined> {
  const place = placeOfFrame(counter, name.plainBytes);
  const sealed = Buffer.allocUnsafe(place.sealedBytes);
  const complete = await readAll(handle, sealed, offset + place.offsetBytes);
  return complete ? openFrame(recordKey, name, counter, place.isLast, sealed) : undefined;
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: Bytes): Promise<void> {
  let done = 0;
  // A disk that fills up takes a part first and refuses at the next try.
  while (done < bytes.length) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

async function readAll(handle: FileHandle, into: Buffer, position: Bytes): Promise<boolean> {
  let done = 0;
  while (done < into.length) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done);
    if (bytesRead === 0) return false;
    done += bytesRead;
  }
  return true;
}
