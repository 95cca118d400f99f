import { z } from 'zod';
import type { Database } from '../database/types.ts';
import type { Ms } from '../shared/units.ts';
import type { Verification } from './types.ts';

const Row = z.object({
  trackId: z.string(),
  downloadId: z.string(),
  verifiedAtMs: z.int().nullable(),
  nextSegment: z.int().nullable(),
});

const Rows = z.array(Row);

/** When tracks were last read whole, and where a scrub that was stopped goes on. */
export type VerificationRows = ReturnType<typeof createVerificationRows>;

export function createVerificationRows(database: Database, now: () => Ms) {
  const { sql } = database;
  // Of a track that is gone meanwhile nothing is noted.
  const upsert = (columns: string, update: string) =>
    sql.prepare(
      `INSERT INTO store_verification (track, ${columns}) SELECT track, @value${columns.includes(',') ? ', NULL' : ''}
       FROM store_track WHERE track = @track ON CONFLICT (track) DO UPDATE SET ${update}`,
    );
  const statements = {
    finished: upsert('verifiedAtMs, nextSegment', 'verifiedAtMs = @value, nextSegment = NULL'),
    stopped: upsert('nextSegment', 'nextSegment = @value'),
    dropStrays: sql.prepare(
      'DELETE FROM store_verification WHERE track NOT IN (SELECT track FROM store_track)',
    ),
    next: sql.prepare('SELECT nextSegment FROM store_verification WHERE track = ?').pluck(),
    all: sql.prepare(
      `SELECT trackId, downloadId, verifiedAtMs, nextSegment
       FROM store_track LEFT JOIN store_verification USING (track)
       WHERE downloadId = coalesce(?, downloadId)
       ORDER BY nextSegment IS NULL, verifiedAtMs IS NOT NULL, verifiedAtMs, track`,
    ),
  };
  const Next = z.int().nullish();
  return {
    all: (downloadId?: string): Verification[] => Rows.parse(statements.all.all(downloadId ?? null)),
    nextOf: (track: number): number => Next.parse(statements.next.get(track)) ?? Number.NEGATIVE_INFINITY,
    /** Rows whose number of a track is nobody's: a later track might get it. */
    dropStrays: () => void statements.dropStrays.run(),
    finished: (track: number) => void statements.finished.run({ track, value: now() }),
    /** -Infinity: it had not come beyond the start. */
    stoppedAt(track: number, nextSegment: number): void {
      if (Number.isFinite(nextSegment)) statements.stopped.run({ track, value: nextSegment });
    },
  };
}
