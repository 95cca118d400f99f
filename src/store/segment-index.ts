import { z } from 'zod';
import type { Database } from '../database/types.ts';
import type { Bytes } from '../shared/units.ts';
import type { Extent } from './extents.ts';
import { FRAME_BYTES, HEADER_BYTES, TAG_BYTES, sealedBytesOf } from './format.ts';
import type { StoredSegment, TrackSpec } from './types.ts';

const Blob = z.instanceof(Buffer);
const TrackSpecRow = z.object({
  trackId: z.string(),
  downloadId: z.string(),
  videoId: z.string(),
  renditionId: z.string(),
  kind: z.enum(['video', 'audio', 'subtitles']),
});
const TrackRow = z.object({ track: z.int(), trackId: z.string(), headerDigest: Blob, wrappedKey: Blob });
export type TrackRow = z.infer<typeof TrackRow>;
const SegmentRow = z.object({ fileOffset: z.int(), plainBytes: z.int().nonnegative(), salt: Blob });
/** Where a record lies, and the salt of its key. */
export type SegmentRow = z.infer<typeof SegmentRow>;
const IndexedRow = SegmentRow.extend({ segment: z.int() });
type IndexedRow = z.infer<typeof IndexedRow>;
export interface NewSegment extends SegmentRow {
  readonly track: number;
  readonly index: number;
}

export const extentOf = (row: SegmentRow): Extent => ({
  offset: row.fileOffset,
  length: sealedBytesOf(row.plainBytes),
});

/** The two tables and every statement on them. What a method changes is one transaction. */
export type SegmentIndex = ReturnType<typeof createSegmentIndex>;

export function createSegmentIndex(database: Database) {
  const { sql } = database;
  const sealedEnd = `fileOffset + plainBytes + ${TAG_BYTES} * max(1, (plainBytes + ${FRAME_BYTES - 1}) / ${FRAME_BYTES})`;
  const spec = 'trackId, downloadId, videoId, renditionId, kind';
  const statements = {
    addTrack: sql.prepare(
      `INSERT INTO store_track (${spec}, headerDigest, wrappedKey, sealedBytes)
       VALUES (@trackId, @downloadId, @videoId, @renditionId, @kind, @headerDigest, @wrappedKey, ${HEADER_BYTES})`,
    ),
    track: sql.prepare('SELECT track, trackId, headerDigest, wrappedKey FROM store_track WHERE trackId = ?'),
    tracks: sql.prepare('SELECT track, trackId, headerDigest, wrappedKey FROM store_track'),
    hasTracks: sql.prepare('SELECT EXISTS (SELECT 1 FROM store_track)').pluck(),
    specs: sql.prepare(
      `SELECT ${spec} FROM store_track WHERE downloadId = coalesce(?, downloadId) ORDER BY track`,
    ),
    used: sql
      .prepare(
        'SELECT coalesce(sum(sealedBytes), 0) FROM store_track WHERE downloadId = coalesce(?, downloadId)',
      )
      .pluck(),
    // Zeros first: secure_delete overwrites freed pages, this also the cell that a page keeps.
    shred: sql.prepare('UPDATE store_track SET wrappedKey = zeroblob(60) WHERE track = ?'),
    dropTrack: sql.prepare('DELETE FROM store_track WHERE track = ?'),
    segment: sql.prepare(
      'SELECT fileOffset, plainBytes, salt FROM store_segment WHERE track = ? AND segment = ?',
    ),
    segments: sql.prepare(
      'SELECT segment, fileOffset, plainBytes, salt FROM store_segment WHERE track = ? ORDER BY segment',
    ),
    beyond: sql.prepare(
      `SELECT segment, fileOffset, plainBytes, salt FROM store_segment WHERE track = ? AND ${sealedEnd} > ?`,
    ),
    end: sql
      .prepare(`SELECT coalesce(max(${sealedEnd}), ${HEADER_BYTES}) FROM store_segment WHERE track = ?`)
      .pluck(),
    stored: sql.prepare(
      `SELECT segment AS "index", plainBytes FROM store_segment
       WHERE track = (SELECT track FROM store_track WHERE trackId = ?) ORDER BY segment`,
    ),
    putSegment: sql.prepare(
      `INSERT OR REPLACE INTO store_segment (track, segment, fileOffset, plainBytes, salt)
       VALUES (@track, @index, @fileOffset, @plainBytes, @salt)`,
    ),
    forget: sql.prepare('DELETE FROM store_segment WHERE track = ? AND segment = ? AND salt = ?'),
    count: sql.prepare('UPDATE store_track SET sealedBytes = sealedBytes + ? WHERE track = ?'),
  };

  const segment = (track: number, index: number): SegmentRow | undefined =>
    SegmentRow.optional().parse(statements.segment.get(track, index));
  const dropTracks = (tracks: readonly number[], freesSpace: boolean) =>
    database.transaction(
      () => {
        for (const track of tracks) {
          statements.shred.run(track);
          statements.dropTrack.run(track);
        }
      },
      { freesSpace },
    );

  return {
    segment,
    dropTracks,
    addTrack(track: TrackSpec, headerDigest: Buffer, wrappedKey: Buffer): void {
      statements.addTrack.run({ ...track, headerDigest, wrappedKey });
    },
    track: (trackId: string): TrackRow | undefined =>
      TrackRow.optional().parse(statements.track.get(trackId)),
    tracks: (): TrackRow[] => z.array(TrackRow).parse(statements.tracks.all()),
    hasTracks: (): boolean => statements.hasTracks.get() === 1,
    specs: (downloadId?: string): TrackSpec[] =>
      z.array(TrackSpecRow).parse(statements.specs.all(downloadId ?? null)),
    usedBytes: (downloadId?: string): Bytes => z.int().parse(statements.used.get(downloadId ?? null)),
    stored: (trackId: string): StoredSegment[] =>
      z.array(z.object({ index: z.int(), plainBytes: z.int() })).parse(statements.stored.all(trackId)),
    segments: (track: number): IndexedRow[] => z.array(IndexedRow).parse(statements.segments.all(track)),
    /** Records that a file of this size does not hold whole. */
    segmentsBeyond: (track: number, fileBytes: Bytes): IndexedRow[] =>
      z.array(IndexedRow).parse(statements.beyond.all(track, fileBytes)),
    /** Where the last record ends. */
    endOf: (track: number): Bytes => z.int().parse(statements.end.get(track)),

    /** All of them or none. Says of each which earlier record it replaced, or that its track is gone. */
    putSegments(added: readonly NewSegment[]): ({ replaced: SegmentRow | undefined } | 'no-track')[] {
      return database.transaction(() =>
        added.map((row) => {
          const replaced = segment(row.track, row.index);
          const grown = sealedBytesOf(row.plainBytes) - (replaced ? sealedBytesOf(replaced.plainBytes) : 0);
          if (statements.count.run(grown, row.track).changes === 0) return 'no-track';
          statements.putSegment.run(row);
          return { replaced };
        }),
      );
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
    /** Freed pages stay readable in SQLite's log until it is written back and cut. */
    flushLog(): void {
      sql.pragma('wal_checkpoint(TRUNCATE)');
    },
  };
}
