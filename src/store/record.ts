import type { FileHandle } from 'node:fs/promises';
import type { Bytes } from '../shared/units.ts';
import { FRAME_BYTES, frameCount, placeOfFrame } from './format.ts';
import { sealFrame } from './seal.ts';
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

async function writeAll(handle: FileHandle, bytes: Buffer, position: Bytes): Promise<void> {
  let done = 0;
  // A disk that fills up takes a part first and refuses at the next try.
  while (done < bytes.length) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
