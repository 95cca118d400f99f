import type { Bytes } from '../shared/units.ts';
import type { SegmentSink } from './types.ts';

/** Keeps the bytes in memory: for whoever needs a segment whole. */
export interface MemorySink extends SegmentSink {
  /** What came; where the size was told, no byte was copied twice. */
  bytes(): Uint8Array;
}

export function createMemorySink(): MemorySink {
  let whole: Uint8Array | undefined;
  let pieces: Uint8Array[] = [];
  let filledBytes: Bytes = 0;
  return {
    get keepsPieces() {
      return whole === undefined;
    },
    begin({ sizeBytes }) {
      whole = sizeBytes === undefined ? undefined : new Uint8Array(sizeBytes);
    },
    write(piece) {
      if (whole) whole.set(piece, filledBytes);
      else pieces.push(piece);
      filledBytes += piece.byteLength;
      return undefined;
    },
    restart() {
      whole = undefined;
      pieces = [];
      filledBytes = 0;
    },
    bytes: () => whole ?? new Uint8Array(Buffer.concat(pieces)),
  };
}
