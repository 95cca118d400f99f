import { z } from 'zod';
import type { Ms } from '../../../src/shared/units.ts';
import type { Sql } from './sql.ts';

const KeyRow = z.object({
  kid: z.string(),
  privateJwk: z.string(),
  madeAtMs: z.int(),
  retiredAtMs: z.int().nullable(),
});
export type SigningKeyRecord = z.infer<typeof KeyRow>;

/** The keys that licenses are signed with; `privateJwk` is JSON. */
export function createSigningKeys(sql: Sql) {
  return {
    /** The one that signs first. */
    async all(): Promise<SigningKeyRecord[]> {
      return sql.all(
        KeyRow,
        `SELECT kid, privateJwk, madeAtMs, retiredAtMs FROM signing_key
         ORDER BY retiredAtMs IS NOT NULL, madeAtMs DESC, kid`,
      );
    },
    /** From now on it signs; the one before it is retired. */
    async add(key: { kid: string; privateJwk: string; madeAtMs: Ms }): Promise<void> {
      sql.transaction(() => {
        sql.run('UPDATE signing_key SET retiredAtMs = @madeAtMs WHERE retiredAtMs IS NULL', {
          madeAtMs: key.madeAtMs,
        });
        sql.run(
          'INSERT INTO signing_key (kid, privateJwk, madeAtMs) VALUES (@kid, @privateJwk, @madeAtMs)',
          key,
        );
      });
    },
    /** Those under which some license may still be used. */
    async inUse(nowMs: Ms): Promise<string[]> {
      const rows = sql.all(
        z.object({ kid: z.string() }),
        `SELECT DISTINCT kid FROM license
         WHERE releasedAtMs IS NULL AND revokedAtMs IS NULL AND heldUntilMs > @nowMs`,
        { nowMs },
      );
      return rows.map(({ kid }) => kid);
    },
  };
}
