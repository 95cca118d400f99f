import type { Migration } from '../database/types.ts';

export const syncMigrations: Migration[] = [
  {
    id: 'sync/001-state-and-outbox',
    up: (sql) =>
      sql.exec(`
        CREATE TABLE sync_position (
          profileId TEXT NOT NULL,
          videoId TEXT NOT NULL,
          watchedAtMs INTEGER NOT NULL,
          json TEXT NOT NULL,
          PRIMARY KEY (profileId, videoId)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_listed (
          profileId TEXT NOT NULL,
          titleId TEXT NOT NULL,
          listed INTEGER NOT NULL,
          atMs INTEGER NOT NULL,
          PRIMARY KEY (profileId, titleId)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_rating (
          profileId TEXT NOT NULL,
          titleId TEXT NOT NULL,
          rating INTEGER,
          atMs INTEGER NOT NULL,
          PRIMARY KEY (profileId, titleId)
        ) STRICT, WITHOUT ROWID;
        -- subject: what the mutation is about; a later one about the same thing takes its place.
        CREATE TABLE sync_outbox (
          seq INTEGER PRIMARY KEY AUTOINCREMENT,
          accountId TEXT NOT NULL,
          mutationId TEXT NOT NULL UNIQUE,
          subject TEXT NOT NULL UNIQUE,
          json TEXT NOT NULL
        ) STRICT;
        CREATE TABLE sync_revision (
          accountId TEXT PRIMARY KEY,
          revision INTEGER NOT NULL
        ) STRICT;
      `),
  },
];
