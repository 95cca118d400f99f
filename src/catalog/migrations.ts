import type { Migration } from '../database/types.ts';

export const catalogMigrations: Migration[] = [
  {
    id: 'catalog/001-replica',
    up: (sql) =>
      sql.exec(`
        CREATE TABLE catalog_title (
          titleId TEXT PRIMARY KEY,
          json TEXT NOT NULL
        ) STRICT;
        CREATE TABLE catalog_video (
          videoId TEXT PRIMARY KEY,
          titleId TEXT NOT NULL REFERENCES catalog_title (titleId) ON DELETE CASCADE
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX catalog_video_title ON catalog_video (titleId);
        CREATE VIRTUAL TABLE catalog_words USING fts5 (
          titleId UNINDEXED, name, description, people, genres,
          tokenize = "trigram remove_diacritics 1"
        );
        CREATE TABLE catalog_home (
          profileId TEXT PRIMARY KEY,
          json TEXT NOT NULL,
          refreshedAtMs INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE catalog_profile (
          profileId TEXT PRIMARY KEY,
          position INTEGER NOT NULL,
          json TEXT NOT NULL
        ) STRICT;
        CREATE TABLE catalog_revision (
          only INTEGER PRIMARY KEY CHECK (only = 1),
          revision INTEGER NOT NULL
        ) STRICT;
      `),
  },
];
