import { z } from 'zod';
import type { Ms } from '../../../src/shared/units.ts';
import type { Sql } from './sql.ts';

export type RevokedKind = 'license' | 'device' | 'title';

/** Whom a license would be for, or was. */
export interface Concerned {
  readonly deviceId: string;
  readonly titleId: string;
  readonly videoId: string;
}

/**
 * Why no license is given: the device is revoked, or the title, or the one license that the device had of the video.
 * undefined: nothing stands against it.
 */
export function standingRevocation(sql: Sql, { deviceId, titleId, videoId }: Concerned): string | undefined {
  return sql.one(
    z.object({ reason: z.string() }),
    `SELECT reason FROM revocation
     WHERE (kind = 'device' AND id = @deviceId) OR (kind = 'title' AND id = @titleId)
       OR (kind = 'license' AND id IN
         (SELECT licenseId FROM license WHERE deviceId = @deviceId AND videoId = @videoId))`,
    { deviceId, titleId, videoId },
  )?.reason;
}

/** What was taken back, until that is lifted. */
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
    async standing(whom: Concerned): Promise<string | undefined> {
      return standingRevocation(sql, whom);
    },
  };
}
