import { letGo } from '../shared/let-go.ts';

/**
 * Whether the memory of a piece may go without taking that of others: it is all of its buffer, or the end of a socket's
 * chunk whose beginning were headers, which are strings by now. A chunk that could lie in Node's pool of small buffers,
 * which others share, may not; nor may no bytes at all: whoever has none often shows the same empty buffer each time.
 */
export function ownsMemory({ buffer, byteOffset, byteLength }: Uint8Array): boolean {
  if (byteLength === 0 || !(buffer instanceof ArrayBuffer)) return false;
  if (byteLength === buffer.byteLength) return true;
  return byteOffset + byteLength === buffer.byteLength && byteLength > Buffer.poolSize / 2;
}

/** Of small segments the piece that shares its chunk with the headers is most of all memory. */
export function letGoOfChunk(piece: Uint8Array): void {
  if (ownsMemory(piece)) letGo(new Uint8Array(piece.buffer));
}
