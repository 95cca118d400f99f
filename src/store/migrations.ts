import { createHash } from 'node:crypto';
import type BetterSqlite3 from 'better-sqlite3';
import { z } from 'zod';
import type { Migration } from '../database/types.ts';

/**
 * Part of the format: docs/store-format.md explains the columns. Made for a million segments, hence the
 * integer key of a track and no hidden row id.
 */
export const storeMigrations: Migration[] = [
  {
    id: 'store/001-tracks',
    up: (sql) =>
      sql.exec(`
        CREATE TABLE store_track (
          track INTEGER PRIMARY KEY AUTOINCREMENT,
          trackId TEXT NOT NULL UNIQUE,
          downloadId TEXT NOT NULL,
          videoId TEXT NOT NULL,
          renditionId TEXT NOT NULL,
          kind TEXT NOT NULL,
          headerDigest BLOB NOT NULL CHECK (length(headerDigest) = 32),
          wrappedKey BLOB NOT NULL CHECK (length(wrappedKey) = 60),
          -- Header and sealed segments: kept up with every change, so that sums need not read the segments.
          sealedBytes INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE store_segment (
          track INTEGER NOT NULL REFERENCES store_track ON DELETE CASCADE,
          segment INTEGER NOT NULL,
          fileOffset INTEGER NOT NULL,
          plainBytes INTEGER NOT NULL,
          salt BLOB NOT NULL CHECK (length(salt) = 16),
          PRIMARY KEY (track, segment)
        ) STRICT, WITHOUT ROWID;
      `),
  },
  {
    id: 'store/002-place',
    up(sql) {
      sql.exec(`
        -- Of what never changes in the row: tells a bit that fell over from another license's key.
        ALTER TABLE store_track ADD COLUMN rowDigest BLOB;

        CREATE TABLE store_reservation (
          track INTEGER PRIMARY KEY REFERENCES store_track ON DELETE CASCADE,
          -- What sealedBytes of the track may grow to.
          upToBytes INTEGER NOT NULL,
          -- 1: blocks of the disk lie behind the file's end; 0: only told by freeBytes().
          isAllocated INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE store_verification (
          track INTEGER PRIMARY KEY REFERENCES store_track ON DELETE CASCADE,
          verifiedAtMs INTEGER,
          nextSegment INTEGER
        ) STRICT;

        -- Where the store lies, when it was moved from where the host puts it.
        CREATE TABLE store_place (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          folder TEXT NOT NULL,
          placeId TEXT NOT NULL
        ) STRICT;
        -- Folders with copies of a move that are to be erased: the new one until the switch, then the old one.
        CREATE TABLE store_leftover (
          folder TEXT PRIMARY KEY,
          -- What the folder's marker must say; null: one from before markers said anything.
          placeId TEXT
        ) STRICT, WITHOUT ROWID;
      `);
      addRowDigests(sql);
    },
  },
  {
    id: 'store/003-by-download',
    // Five hundred titles are asked for one by one.
    up: (sql) => sql.exec('CREATE INDEX store_track_by_download ON store_track (downloadId)'),
  },
  {
    id: 'store/004-parts',
    up: (sql) =>
      sql.exec(`
        CREATE TABLE store_part (
          track INTEGER NOT NULL REFERENCES store_track ON DELETE CASCADE,
          segment INTEGER NOT NULL,
          fileOffset INTEGER NOT NULL,
          -- Of the whole segment, as its frames have it.
          plainBytes INTEGER NOT NULL,
          salt BLOB NOT NULL CHECK (length(salt) = 16),
          -- Whole frames that lie there, from the first on.
          frames INTEGER NOT NULL,
          -- Strong, of the answer that the bytes are from.
          etag TEXT,
          PRIMARY KEY (track, segment)
        ) STRICT, WITHOUT ROWID;
      `),
  },
];

const Row = z.object({
  track: z.int(),
  trackId: z.string(),
  downloadId: z.string(),
  videoId: z.string(),
  renditionId: z.string(),
  kind: z.string(),
  headerDigest: z.instanceof(Buffer),
  wrappedKey: z.instanceof(Buffer),
});

/** Written out and not taken from where rows are made today: what a migration once did must stay. */
function addRowDigests(sql: BetterSqlite3.Database): void {
  const update = sql.prepare('UPDATE store_track SET rowDigest = ? WHERE track = ?');
  for (const row of z.array(Row).parse(sql.prepare('SELECT * FROM store_track').all())) {
    const names = [row.trackId, row.downloadId, row.videoId, row.renditionId, row.kind];
    const text = names.map((name) => `${name}\0`).join('');
    const digest = createHash('sha256').update(text).update(row.headerDigest).update(row.wrappedKey).digest();
    update.run(digest, row.track);
  }
}
