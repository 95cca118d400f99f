import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Database } from '../database/types.ts';
import type { Bytes } from '../shared/units.ts';
import { HEADER_BYTES } from './format.ts';
import type { TrackSpec } from './types.ts';

const Blob = z.instanceof(Buffer);
const TrackSpecRow = z.object({
  trackId: z.string(),
  downloadId: z.string(),
  videoId: z.string(),
  renditionId: z.string(),
  kind: z.enum(['video', 'audio', 'subtitles']),
});
const Kept = TrackSpecRow.extend({
  kind: z.string(),
  track: z.int(),
  headerDigest: Blob,
  wrappedKey: Blob,
  rowDigest: Blob.nullable(),
});

export interface TrackRow {
  readonly track: number;
  readonly trackId: string;
  readonly headerDigest: Buffer;
  readonly wrappedKey: Buffer;
  /** False: the row is not the one that was written. Nothing in it is to be believed, not even the name. */
  readonly isSound: boolean;
}

/** SHA-256 of what a track's row says and never changes, as docs/store-format.md orders it. */
export function rowDigestOf(
  row: Omit<z.infer<typeof Kept>, 'track' | 'rowDigest'> | (TrackSpec & RowSecrets),
): Buffer {
  const hash = createHash('sha256');
  for (const text of [row.trackId, row.downloadId, row.videoId, row.renditionId, row.kind])
    hash.update(`${text}\0`);
  return hash.update(row.headerDigest).update(row.wrappedKey).digest();
}
/** All columns are text, the table is STRICT: only this one can be text that makes no sense. */
const kinds = new Set<string>(TrackSpecRow.shape.kind.options);

/** Never below zero, whatever bit fell over in what is summed up. */
const Sum = z.int().nonnegative().catch(0);

interface RowSecrets {
  readonly headerDigest: Buffer;
  readonly wrappedKey: Buffer;
}

function trackRow(raw: unknown): TrackRow {
  const { rowDigest, ...row } = Kept.parse(raw);
  const isSound = rowDigest !== null && rowDigest.equals(rowDigestOf(row));
  return {
    track: row.track,
    trackId: row.trackId,
    headerDigest: row.headerDigest,
    wrappedKey: row.wrappedKey,
    isSound,
  };
}

/** Numbers are given from 1 on; beyond this a bit of one fell over. */
const isSane = 'track BETWEEN 1 AND 0xffffffffff';

export function createTrackIndex(database: Database) {
  const { sql } = database;
  const spec = 'trackId, downloadId, videoId, renditionId, kind';
  const kept = `track, ${spec}, headerDigest, wrappedKey, rowDigest`;
  const statements = {
    addTrack: sql.prepare(
      `INSERT INTO store_track (${spec}, headerDigest, wrappedKey, rowDigest, sealedBytes)
       VALUES (@trackId, @downloadId, @videoId, @renditionId, @kind, @headerDigest, @wrappedKey, @rowDigest, ${HEADER_BYTES})`,
    ),
    track: sql.prepare(`SELECT ${kept} FROM store_track WHERE trackId = ? AND ${isSane}`),
    tracks: sql.prepare(`SELECT ${kept} FROM store_track WHERE ${isSane}`),
    hasTracks: sql.prepare('SELECT EXISTS (SELECT 1 FROM store_track)').pluck(),
    specs: sql.prepare(`SELECT ${spec} FROM store_track ORDER BY track`),
    specsOf: sql.prepare(`SELECT ${spec} FROM store_track WHERE downloadId = ? ORDER BY track`),
    used: sql.prepare('SELECT coalesce(sum(sealedBytes), 0) FROM store_track').pluck(),
    usedBy: sql.prepare('SELECT coalesce(sum(sealedBytes), 0) FROM store_track WHERE downloadId = ?').pluck(),
    // Zeros first: secure_delete overwrites freed pages, this also the cell that a page keeps.
    shred: sql.prepare('UPDATE store_track SET wrappedKey = zeroblob(60) WHERE track = ?'),
    dropNonsense: sql.prepare(`DELETE FROM store_track WHERE NOT (${isSane})`),
    dropTrack: sql.prepare('DELETE FROM store_track WHERE track = ?'),
  };
  const specsOf = (rows: readonly unknown[]): TrackSpec[] =>
    rows.filter((row): row is TrackSpec => kinds.has((row as TrackSpec).kind));

  return {
    addTrack(track: TrackSpec, headerDigest: Buffer, wrappedKey: Buffer): void {
      const rowDigest = rowDigestOf({ ...track, headerDigest, wrappedKey });
      database.transaction(() => {
        // The next number is counted from the largest there is.
        statements.dropNonsense.run();
        statements.addTrack.run({ ...track, headerDigest, wrappedKey, rowDigest });
      });
    },
    track(trackId: string): TrackRow | undefined {
      const row = statements.track.get(trackId);
      return row === undefined ? undefined : trackRow(row);
    },
    tracks: (): TrackRow[] => statements.tracks.all().map(trackRow),
    hasTracks: (): boolean => statements.hasTracks.get() === 1,
    /** Those that a bit fell over in, so that they make no sense, are not told; the sweep drops them. */
    specs: (downloadId?: string): TrackSpec[] =>
      specsOf(downloadId === undefined ? statements.specs.all() : statements.specsOf.all(downloadId)),
    usedBytes: (downloadId?: string): Bytes =>
      Sum.parse(downloadId === undefined ? statements.used.get() : statements.usedBy.get(downloadId)),
    /** Rows with a number that nobody gave. Says how many went. */
    dropNonsense: (): number => statements.dropNonsense.run().changes,
    /** Keys first, then rows; on a full disk with the room that was set aside for it. */
    dropTracks(tracks: readonly number[], freesSpace: boolean): void {
      database.transaction(
        () => {
          for (const track of tracks) {
            statements.shred.run(track);
            statements.dropTrack.run(track);
          }
        },
        { freesSpace },
      );
    },
  };
}
