import fs from 'node:fs';
import type { Extent } from './extents.ts';
import { HEADER_BYTES } from './format.ts';
import { partExtent } from './part-rows.ts';
import { extentOf } from './segment-index.ts';
import type { SegmentIndex } from './segment-index.ts';
import { createTrackFile } from './track-file.ts';
import type { TrackFile } from './track-file.ts';
import type { TrackRow } from './track-index.ts';

/** The sealed files that are in use just now, by the id of their track. */
export interface TrackFiles {
  of(row: TrackRow): TrackFile;
  isInUse(trackId: string): boolean;
  /** Where nothing lies any more in the file, records in the making included. */
  endOf(row: TrackRow): number;
  /** Records in the making, which no index names. */
  unfinishedOf(row: TrackRow): Extent[];
  /** Lets work on it end, and closes it. */
  retire(trackId: string): Promise<void>;
  /** No file is written to until the function that it gives is called, not even one that is opened meanwhile. */
  holdWrites(): Promise<() => void>;
  /** All are opened anew: they lie elsewhere now. */
  renewHandles(): void;
  retireAll(): Promise<void>;
}

export function createTrackFiles(parts: {
  index: SegmentIndex;
  pathOf(trackId: string): string;
  isReserved(track: number): boolean;
}): TrackFiles {
  const { index } = parts;
  const open = new Map<string, TrackFile>();
  let holds: Promise<() => void>[] | undefined;

  function of(row: TrackRow): TrackFile {
    const known = open.get(row.trackId);
    if (known?.track === row.track) return known;
    const file = createTrackFile({
      track: row.track,
      trackId: row.trackId,
      path: () => parts.pathOf(row.trackId),
      start: HEADER_BYTES,
      // A row whose offset lost a bit points far behind the end: it must not send the next record there.
      taken() {
        const { size } = fs.statSync(parts.pathOf(row.trackId));
        const kept = index.parts.all(row.track).map(partExtent);
        return [...index.segments(row.track).map(extentOf), ...kept].filter(
          ({ offset, length }) => offset + length <= size,
        );
      },
      isReserved: () => parts.isReserved(row.track),
      onRetired: () => {
        if (open.get(row.trackId) === file) open.delete(row.trackId);
      },
    });
    open.set(row.trackId, file);
    holds?.push(file.holdWrites());
    return file;
  }

  return {
    of,
    isInUse: (trackId) => open.has(trackId),
    endOf(row) {
      const file = open.get(row.trackId);
      return file?.track === row.track ? file.end() : index.endOf(row.track);
    },
    unfinishedOf(row) {
      const file = open.get(row.trackId);
      return file?.track === row.track ? file.unfinished() : [];
    },
    retire: async (trackId) => open.get(trackId)?.retire(),
    async holdWrites() {
      const held = [...open.values()].map((file) => file.holdWrites());
      holds = held;
      // More may come while these are waited for.
      for (let n = 0; n < held.length; n += 1) await held[n];
      return () => {
        holds = undefined;
        for (const each of held) void each.then((letGo) => letGo());
      };
    },
    renewHandles() {
      for (const file of open.values()) file.renewHandles();
    },
    async retireAll() {
      await Promise.all([...open.values()].map((file) => file.retire()));
    },
  };
}
