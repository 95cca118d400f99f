import type { Migration } from '../database/types.ts';

export const downloadMigrations: readonly Migration[] = [
  {
    id: 'download/001-downloads',
    up(sql) {
      sql.exec(`
        CREATE TABLE downloads (
          download_id TEXT PRIMARY KEY,
          video_id TEXT NOT NULL UNIQUE,
          title_id TEXT NOT NULL,
          duration_seconds REAL NOT NULL,
          selection TEXT NOT NULL,
          presentation TEXT NOT NULL,
          state TEXT NOT NULL,
          error TEXT,
          place INTEGER NOT NULL,
          added_at_ms INTEGER NOT NULL
        ) STRICT
      `);
    },
  },
  {
    id: 'download/002-account',
    up(sql) {
      sql.exec('ALTER TABLE downloads ADD COLUMN account_id TEXT');
    },
  },
  {
    id: 'download/003-order-and-rules',
    up(sql) {
      sql.exec(`
        ALTER TABLE downloads ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal';
        ALTER TABLE downloads ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE downloads ADD COLUMN origin TEXT NOT NULL DEFAULT 'viewer';
        ALTER TABLE downloads ADD COLUMN name TEXT;
        ALTER TABLE downloads ADD COLUMN starts_anyway INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE downloads ADD COLUMN whole_bytes INTEGER;
        ALTER TABLE downloads ADD COLUMN whole_segments INTEGER;
        CREATE TABLE download_check (
          one INTEGER PRIMARY KEY CHECK (one = 1),
          begun_at_ms INTEGER,
          found INTEGER NOT NULL,
          finished_at_ms INTEGER,
          damaged_segments INTEGER NOT NULL
        ) STRICT;
        INSERT INTO download_check VALUES (1, NULL, 0, NULL, 0);
      `);
    },
  },
];
