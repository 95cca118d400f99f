/**
 * Gives back the memory of bytes that nobody will look at again. To leave that to the garbage collector costs more
 * than to encrypt them, where a gigabyte goes through. Bytes that share their buffer with others are left alone, and
 * so are no bytes at all: whoever has none often shows the same empty buffer each time.
 */
export function letGo({ buffer, byteLength }: Uint8Array): void {
  if (byteLength > 0 && buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
