import { z } from 'zod';
import type { Database, Migration } from '../../database/types.ts';
import type { Told } from './due.ts';

export const warningMigrations: Migration[] = [
  {
    id: 'engine/002-license-warnings',
    up: (sql) =>
      sql.exec(`
        CREATE TABLE engine_license_warnings (
          accountId TEXT NOT NULL,
          videoId TEXT NOT NULL,
          kind TEXT NOT NULL,
          endsAtMs INTEGER NOT NULL,
          thresholdMs INTEGER NOT NULL,
          isSeen INTEGER NOT NULL,
          PRIMARY KEY (accountId, videoId)
        ) STRICT`),
  },
];

const Row = z.object({
  kind: z.enum(['start', 'finish']),
  endsAtMs: z.int(),
  thresholdMs: z.int(),
  isSeen: z.int().transform(Boolean),
});

export type WarningRows = ReturnType<typeof createWarningRows>;

/** The last warning of each video, and whether the viewer has put it away. */
export function createWarningRows({ sql }: Database) {
  const one = sql.prepare(
    'SELECT kind, endsAtMs, thresholdMs, isSeen FROM engine_license_warnings WHERE accountId = ? AND videoId = ?',
  );
  const put = sql.prepare('INSERT OR REPLACE INTO engine_license_warnings VALUES (?, ?, ?, ?, ?, 0)');
  const see = sql.prepare(
    'UPDATE engine_license_warnings SET isSeen = 1 WHERE accountId = ? AND videoId = ?',
  );
  return {
    read: (accountId: string, videoId: string): (Told & { isSeen: boolean }) | null =>
      Row.safeParse(one.get(accountId, videoId)).data ?? null,
    told: (accountId: string, videoId: string, { kind, endsAtMs, thresholdMs }: Told): void =>
      void put.run(accountId, videoId, kind, endsAtMs, thresholdMs),
    seen: (accountId: string, videoId: string): void => void see.run(accountId, videoId),
  };
}
