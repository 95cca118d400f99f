import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Bytes } from '../shared/units.ts';

/** Version 1 of the sealed file, as docs/store-format.md specifies it: layout only, no keys. */
export const FORMAT_VERSION = 1;
export const FRAME_BYTES = 262_144;
export const TAG_BYTES = 16;
export const HEADER_BYTES = 512;
export const FILE_SALT_BYTES = 32;
const SEALED_FRAME_BYTES = FRAME_BYTES + TAG_BYTES;
const MAGIC = Buffer.from('LAYOVER\0', 'latin1');

/** Also a file name, so no path separators and no leading dot. */
export const TrackId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,128}$/);

/** magic 8 ‖ version u32 ‖ frame bytes u32 ‖ file salt 32 ‖ length of trackId u16 ‖ trackId ‖ zeros to 512. */
export function encodeHeader(trackId: string, fileSalt: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header, 0);
  header.writeUInt32BE(FORMAT_VERSION, 8);
  header.writeUInt32BE(FRAME_BYTES, 12);
  header.set(fileSalt, 16);
  header.writeUInt16BE(trackId.length, 48);
  header.write(trackId, 50, 'latin1');
  return header;
}

export const versionOf = (header: Buffer): number => header.readUInt32BE(8);
export const fileSaltOf = (header: Buffer): Buffer => header.subarray(16, 16 + FILE_SALT_BYTES);

/** Ties a file to its row: a header with another digest is not the one that the row was made with. */
export const digestOf = (header: Uint8Array): Buffer => createHash('sha256').update(header).digest();

/** An empty segment still has one frame: its tag says that it is empty. */
export const frameCount = (plainBytes: Bytes): number => Math.max(1, Math.ceil(plainBytes / FRAME_BYTES));

/** What a segment takes in the file. */
export const sealedBytesOf = (plainBytes: Bytes): Bytes => plainBytes + frameCount(plainBytes) * TAG_BYTES;

export interface FramePlace {
  /** From the start of the record. */
  readonly offsetBytes: Bytes;
  readonly sealedBytes: Bytes;
  readonly isLast: boolean;
}

export function placeOfFrame(counter: number, plainBytes: Bytes): FramePlace {
  const isLast = counter === frameCount(plainBytes) - 1;
  const plain = isLast ? plainBytes - counter * FRAME_BYTES : FRAME_BYTES;
  return { offsetBytes: counter * SEALED_FRAME_BYTES, sealedBytes: plain + TAG_BYTES, isLast };
}
