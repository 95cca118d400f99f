import { z } from 'zod';
import type { Database } from '../database/types.ts';
import type { Bytes } from '../shared/units.ts';
import type { Extent } from './extents.ts';
import { FRAME_BYTES, HEADER_BYTES, TAG_BYTES, sealedBytesOf } from './format.ts';
import { createPartRows } from './part-rows.ts';
import type { NewPart, PartRow } from './part-rows.ts';
import { createTrackIndex } from './track-index.ts';
import type { StoredSegment } from './types.ts';

const Blob = z.instanceof(Buffer);
const SegmentRow = z.object({ fileOffset: z.int(), plainBytes: z.int().nonnegative(), salt: Blob });
/** Where a record lies, and the salt of its key. */
export type SegmentRow = z.infer<typeof SegmentRow>;
const IndexedRow = SegmentRow.extend({ segment: z.int() });
export type IndexedRow = z.infer<typeof IndexedRow>;
const Stored = z.object({ index: z.int(), plainBytes: z.int() });
// Made once: to make a schema costs more than to use it, and these are used for every segment that is played.
const OneRow = SegmentRow.optional();
const AllRows = z.array(IndexedRow);
const OneStored = Stored.optional();
const AllStored = z.array(Stored);
/** Which record is another from now on. */
type Put = Pick<NewSegment, 'track' | 'index'>;
/** What a record took the place of: an earlier one, and what was kept of one that was broken off. */
export interface Outcome {
  readonly replaced: SegmentRow | undefined;
  readonly part: PartRow | undefined;
}
export interface NewSegment extends SegmentRow {
  readonly track: number;
  readonly index: number;
}

export const extentOf = (row: SegmentRow): Extent => ({
  offset: row.fileOffset,
  length: sealedBytesOf(row.plainBytes),
});

const sealed = `(plainBytes + ${TAG_BYTES} * max(1, (plainBytes + ${FRAME_BYTES - 1}) / ${FRAME_BYTES}))`;
const sealedEnd = `(fileOffset + ${sealed})`;
/** No row outside of this was ever written: a bit of it fell over, and it must not break the reading of others. */
const isSane = `(segment BETWEEN -1 AND 0x7fffffff AND length(salt) = 16
  AND plainBytes BETWEEN 0 AND 0x10000000000 AND fileOffset BETWEEN ${HEADER_BYTES} AND 0x4000000000000)`;

/** The tables of tracks and segments and every statement on them. What a method changes is one transaction. */
export type SegmentIndex = ReturnType<typeof createSegmentIndex>;

export function createSegmentIndex(database: Database) {
  const { sql } = database;
  const trackIndex = createTrackIndex(database);
  const parts = createPartRows(database);
  const listeners = new Set<(row: Put) => void>();
  const columns = 'segment, fileOffset, plainBytes, salt';
  const statements = {
    segment: sql.prepare(
      `SELECT fileOffset, plainBytes, salt FROM store_segment WHERE track = ? AND segment = ? AND ${isSane}`,
    ),
    segments: sql.prepare(
      `SELECT ${columns} FROM store_segment WHERE track = ? AND ${isSane} ORDER BY segment`,
    ),
    // Nonsense is worth no more than what lies beyond the end.
    beyond: sql.prepare(
      `SELECT ${columns} FROM store_segment WHERE track = ? AND ${sealedEnd} > ? AND ${isSane}`,
    ),
    dropNonsense: sql.prepare(`DELETE FROM store_segment WHERE track = ? AND NOT ${isSane}`),
    end: sql
      .prepare(
        `SELECT coalesce(max(${sealedEnd}), ${HEADER_BYTES}) FROM store_segment WHERE track = ? AND ${isSane}`,
      )
      .pluck(),
    stored: sql.prepare(
      `SELECT segment AS "index", plainBytes FROM store_segment
       WHERE track = (SELECT track FROM store_track WHERE trackId = ?) AND ${isSane} ORDER BY segment`,
    ),
    storedOne: sql.prepare(
      `SELECT segment AS "index", plainBytes FROM store_segment
       WHERE track = (SELECT track FROM store_track WHERE trackId = ?) AND segment = ? AND ${isSane}`,
    ),
    putSegment: sql.prepare(
      `INSERT OR REPLACE INTO store_segment (track, segment, fileOffset, plainBytes, salt)
       VALUES (@track, @index, @fileOffset, @plainBytes, @salt)`,
    ),
    forget: sql.prepare('DELETE FROM store_segment WHERE track = ? AND segment = ? AND salt = ?'),
    count: sql.prepare('UPDATE store_track SET sealedBytes = sealedBytes + ? WHERE track = ?'),
    recount: sql.prepare(
      `UPDATE store_track SET sealedBytes = counted.bytes FROM (
         SELECT ${HEADER_BYTES} + coalesce(sum(${sealed}), 0) AS bytes FROM store_segment WHERE track = @track
       ) AS counted WHERE track = @track AND sealedBytes <> counted.bytes`,
    ),
    // Hops from one track to the next: to look at every row would take long.
    dropStrays: sql.prepare(
      `DELETE FROM store_segment WHERE track IN (
         WITH RECURSIVE hop(track) AS (
           SELECT min(track) FROM store_segment UNION ALL
           SELECT (SELECT min(track) FROM store_segment s WHERE s.track > hop.track) FROM hop WHERE hop.track IS NOT NULL
         )
         SELECT track FROM hop WHERE track IS NOT NULL AND track NOT IN (SELECT track FROM store_track)
       )`,
    ),
  };

  const segment = (track: number, index: number): SegmentRow | undefined =>
    OneRow.parse(statements.segment.get(track, index));

  return {
    ...trackIndex,
    parts,
    segment,
    stored: (trackId: string): StoredSegment[] => AllStored.parse(statements.stored.all(trackId)),
    storedSegment: (trackId: string, index: number): StoredSegment | undefined =>
      OneStored.parse(statements.storedOne.get(trackId, index)),
    segments: (track: number): IndexedRow[] => AllRows.parse(statements.segments.all(track)),
    /** Records that a file of this size does not hold whole. */
    segmentsBeyond: (track: number, fileBytes: Bytes): IndexedRow[] =>
      AllRows.parse(statements.beyond.all(track, fileBytes)),
    /** Where the last record ends, or the last part of one. */
    endOf: (track: number): Bytes => Math.max(z.int().parse(statements.end.get(track)), parts.endOf(track)),

    /** All of them or none, durable after `flush`. Says of each which earlier record it replaced, or that its track is gone. */
    putSegments(added: readonly NewSegment[]): (Outcome | 'no-track')[] {
      const work = () => {
        const grown = new Map<number, Bytes>(added.map(({ track }) => [track, 0]));
        const alive = new Set(
          [...grown.keys()].filter((track) => statements.count.run(0, track).changes > 0),
        );
        const withParts = new Set([...alive].filter(parts.has));
        const done = added.map((row) => {
          if (!alive.has(row.track)) return 'no-track' as const;
          const part = withParts.has(row.track) ? parts.drop(row.track, row.index) : undefined;
          const replaced = segment(row.track, row.index);
          const bytes = sealedBytesOf(row.plainBytes) - (replaced ? sealedBytesOf(replaced.plainBytes) : 0);
          grown.set(row.track, (grown.get(row.track) ?? 0) + bytes);
          statements.putSegment.run(row);
          return { replaced, part };
        });
        for (const [track, bytes] of grown) if (bytes !== 0) statements.count.run(bytes, track);
        return done;
      };
      const outcomes = database.transaction(work, { isFlushedLater: true });
      for (const listener of listeners) added.forEach((row) => listener(row));
      return outcomes;
    },
    keepPart(row: NewPart): void {
      // A power cut may take it back; to wait for the disk every two seconds would hold up the thread.
      database.transaction(() => parts.keep(row), { isFlushedLater: true });
      for (const listener of listeners) listener({ track: row.track, index: row.segment });
    },
    /** Calls back for every record or part that is listed from now on; returns the way to stop. */
    onPut(listener: (row: Put) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    /** Forgets these records, unless they were replaced by others meanwhile. */
    forget(track: number, rows: readonly IndexedRow[]): void {
      database.transaction(() => {
        for (const row of rows) {
          const gone = statements.forget.run(track, row.segment, row.salt).changes > 0;
          if (gone) statements.count.run(-sealedBytesOf(row.plainBytes), track);
        }
      });
    },
    /** Drops rows that nobody wrote, and counts anew what the track takes. Says how many went. */
    tidy(track: number): number {
      return database.transaction(() => {
        const { changes } = statements.dropNonsense.run(track);
        statements.recount.run({ track });
        return changes;
      });
    },
    /** Rows whose number of a track is nobody's. Says how many went. */
    dropStrays(): number {
      parts.dropStrays();
      return statements.dropStrays.run().changes;
    },
    /** Resolves once a power cut can take back none of what `putSegments` listed. */
    flush: () => database.flush(),
    /** Freed pages stay readable in SQLite's log until it is written back and cut. Gives the index's room back. */
    flushLog(): void {
      // First the zeros into the file, then the room back: a page that is cut off is not overwritten any more.
      sql.pragma('wal_checkpoint(TRUNCATE)');
      sql.exec('PRAGMA incremental_vacuum');
      sql.pragma('wal_checkpoint(TRUNCATE)');
    },
  };
}
