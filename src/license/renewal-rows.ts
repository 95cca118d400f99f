import { z } from 'zod';
import type { Database, Migration } from '../database/types.ts';
import type { Tries } from './renewal-plan.ts';

export const renewalMigration: Migration = {
  id: 'license/005-renewal-tries',
  up(sql) {
    sql.exec(
      'CREATE TABLE renewal_tries (video_id TEXT PRIMARY KEY, count INTEGER NOT NULL, not_before_ms INTEGER NOT NULL) STRICT',
    );
  },
};

const TriesRow = z.object({ count: z.int().nonnegative(), notBeforeMs: z.int() });

/** What was tried lately, so that a restart is no reason to ask again at once. Not sealed: nothing plays by it. */
export interface RenewalRows {
  read(videoId: string): Tries | null;
  write(videoId: string, tries: Tries): void;
  forget(videoId: string): void;
}

export function createRenewalRows({ sql }: Database): RenewalRows {
  const one = sql.prepare('SELECT count, not_before_ms AS notBeforeMs FROM renewal_tries WHERE video_id = ?');
  const put = sql.prepare('INSERT OR REPLACE INTO renewal_tries VALUES (?, ?, ?)');
  const remove = sql.prepare('DELETE FROM renewal_tries WHERE video_id = ?');
  return {
    read: (videoId) => TriesRow.safeParse(one.get(videoId)).data ?? null,
    write: (videoId, { count, notBeforeMs }) => void put.run(videoId, count, Math.round(notBeforeMs)),
    forget: (videoId) => void remove.run(videoId),
  };
}
