import type { Bytes } from '../shared/units.ts';

export interface Extent {
  readonly offset: Bytes;
  readonly length: Bytes;
}

/** Which parts of a file are taken. Pure: it knows numbers, not the file. */
export interface Extents {
  /** First hole that is large enough, else the end of the file. */
  reserve(length: Bytes): Bytes;
  release(extent: Extent): void;
  /** Nothing is taken from here on. */
  end(): Bytes;
}

/** Makes the map of a file whose bytes before `start`, and those in `taken`, are in use. */
export function createExtents(start: Bytes, taken: readonly Extent[]): Extents {
  let end = start;
  /** In order, never touching one another, none at the end. */
  let holes: Extent[] = [];
  for (const extent of [...taken].sort((a, b) => a.offset - b.offset)) {
    if (extent.offset > end) holes.push({ offset: end, length: extent.offset - end });
    end = Math.max(end, extent.offset + extent.length);
  }
  return {
    end: () => end,
    reserve(length) {
      const at = holes.findIndex((hole) => hole.length >= length);
      const hole = holes[at];
      if (!hole) {
        end += length;
        return end - length;
      }
      const rest = { offset: hole.offset + length, length: hole.length - length };
      holes.splice(at, 1, ...(rest.length > 0 ? [rest] : []));
      return hole.offset;
    },
    release(extent) {
      const merged: Extent[] = [];
      for (const hole of [...holes, extent].sort((a, b) => a.offset - b.offset)) {
        const last = merged.at(-1);
        if (last && last.offset + last.length === hole.offset) {
          merged[merged.length - 1] = { offset: last.offset, length: last.length + hole.length };
        } else {
          merged.push(hole);
        }
      }
      const tail = merged.at(-1);
      if (tail && tail.offset + tail.length === end) {
        end = tail.offset;
        merged.pop();
      }
      holes = merged;
    },
  };
}
