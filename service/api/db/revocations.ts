import { z } from 'zod';
import type { Ms } from '../../../src/shared/units.ts';
import type { Sql } from './sql.ts';

export type RevokedKind = 'device' | 'title';

/** Devices and titles that get no license any more, until that is lifted. */
export function createRevocations(sql: Sql) {
  return {
    async put(kind: RevokedKind, id: string, reason: string, atMs: Ms): Promise<void> {
      sql.run('INSERT OR REPLACE INTO revocation VALUES (@kind, @id, @atMs, @reason)', {
        kind,
        id,
        atMs,
        reason,
      });
    },
    async lift(kind: RevokedKind, id: string): Promise<boolean> {
      return sql.run('DELETE FROM revocation WHERE kind = @kind AND id = @id', { kind, id }) > 0;
    },
    /** Why; undefined: neither is revoked. */
    async standing(deviceId: string, titleId: string): Promise<string | undefined> {
      return sql.one(
        z.object({ reason: z.string() }),
        `SELECT reason FROM revocation
         WHERE (kind = 'device' AND id = @deviceId) OR (kind = 'title' AND id = @titleId)`,
        { deviceId, titleId },
      )?.reason;
    },
  };
}
