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
];
