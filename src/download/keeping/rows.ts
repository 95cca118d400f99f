import { z } from 'zod';
import type { Database, Migration } from '../../database/types.ts';
import { RemovedByRule } from '../../shared/downloads.ts';
import type { Ms } from '../../shared/units.ts';
import { DAY_MS } from '../../shared/units.ts';

export const keepingMigrations: readonly Migration[] = [
  {
    id: 'download/keeping-001-follow',
    up(sql) {
      sql.exec(`
        CREATE TABLE keeping_follow (
          account_id TEXT NOT NULL,
          profile_id TEXT NOT NULL,
          title_id TEXT NOT NULL,
          keep_next INTEGER NOT NULL,
          PRIMARY KEY (account_id, profile_id, title_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE keeping_declined (
          account_id TEXT NOT NULL,
          video_id TEXT NOT NULL,
          title_id TEXT NOT NULL,
          PRIMARY KEY (account_id, video_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE keeping_removed (
          account_id TEXT NOT NULL,
          download_id TEXT NOT NULL,
          removed_at_ms INTEGER NOT NULL,
          removed TEXT NOT NULL,
          PRIMARY KEY (account_id, download_id)
        ) STRICT, WITHOUT ROWID;
      `);
    },
  },
];

const Follow = z.object({ profileId: z.string(), titleId: z.string(), keepNext: z.int().min(1) });
export type Follow = z.infer<typeof Follow>;

/** What was removed is told for so long, to a viewer who was away. */
const TOLD_FOR_MS: Ms = 30 * DAY_MS;

export type KeepingRows = ReturnType<typeof createKeepingRows>;

/**
 * What outlives a run of the keeping rules, by account: who follows which series, which of its episodes the
 * viewer removed by hand (they do not come back by themselves), and what was removed without a hand.
 */
export function createKeepingRows({ sql, transaction }: Database) {
  const follows = sql.prepare(
    `SELECT profile_id AS profileId, title_id AS titleId, keep_next AS keepNext FROM keeping_follow
     WHERE account_id = ? ORDER BY title_id, profile_id`,
  );
  const putFollow = sql.prepare('INSERT OR REPLACE INTO keeping_follow VALUES (?, ?, ?, ?)');
  const dropFollow = sql.prepare(
    'DELETE FROM keeping_follow WHERE account_id = ? AND profile_id = ? AND title_id = ?',
  );
  const declined = sql
    .prepare<[string], string>('SELECT video_id FROM keeping_declined WHERE account_id = ?')
    .pluck();
  const decline = sql.prepare('INSERT OR IGNORE INTO keeping_declined VALUES (?, ?, ?)');
  const undecline = sql.prepare('DELETE FROM keeping_declined WHERE account_id = ? AND title_id = ?');
  const removed = sql
    .prepare<[string, number], string>(
      `SELECT removed FROM keeping_removed WHERE account_id = ? AND removed_at_ms >= ?
       ORDER BY removed_at_ms DESC, download_id`,
    )
    .pluck();
  const putRemoved = sql.prepare('INSERT OR REPLACE INTO keeping_removed VALUES (?, ?, ?, ?)');
  const dropRemoved = sql.prepare('DELETE FROM keeping_removed WHERE account_id = ? AND download_id = ?');
  const dropOld = sql.prepare('DELETE FROM keeping_removed WHERE removed_at_ms < ?');

  return {
    follows: (accountId: string): Follow[] =>
      follows.all(accountId).flatMap((row) => Follow.safeParse(row).data ?? []),
    /** Whoever says so anew means all of it: what was declined may come again. 0: not followed any more. */
    follow(accountId: string, { profileId, titleId, keepNext }: Follow): void {
      transaction(() => {
        undecline.run(accountId, titleId);
        if (keepNext > 0) putFollow.run(accountId, profileId, titleId, keepNext);
        else dropFollow.run(accountId, profileId, titleId);
      });
    },
    declined: (accountId: string): Set<string> => new Set(declined.all(accountId)),
    /** Said with every removal, which must succeed on a full disk. */
    decline(accountId: string, videoId: string, titleId: string): void {
      transaction(() => decline.run(accountId, videoId, titleId), { freesSpace: true });
    },

    /** Latest first. */
    removed: (accountId: string, nowMs: Ms): RemovedByRule[] =>
      removed.all(accountId, nowMs - TOLD_FOR_MS).flatMap((json) => parsed(json) ?? []),
    noteRemoved(accountId: string, one: RemovedByRule): void {
      dropOld.run(one.removedAtMs - TOLD_FOR_MS);
      putRemoved.run(accountId, one.downloadId, one.removedAtMs, JSON.stringify(one));
    },
    /** These were seen. */
    forgetRemoved(accountId: string, downloadIds: readonly string[]): void {
      transaction(() => {
        for (const downloadId of downloadIds) dropRemoved.run(accountId, downloadId);
      });
    },
  };
}

function parsed(json: string): RemovedByRule | undefined {
  try {
    return RemovedByRule.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
