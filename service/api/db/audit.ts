import { z } from 'zod';
import type { Ms } from '../../../src/shared/units.ts';
import type { Sql } from './sql.ts';

export const AuditKind = z.enum([
  'issued',
  'renewed',
  'released',
  'replaced',
  'revoked',
  'refused',
  'device-removed',
  'revocation-lifted',
  'terms-changed',
  'signing-key-rotated',
  'content-key-rotated',
]);
export type AuditKind = z.infer<typeof AuditKind>;

export const AuditEntry = z.object({
  seq: z.int(),
  atMs: z.int(),
  kind: AuditKind,
  /** Whose doing it was, or why. */
  reason: z.string(),
  accountId: z.string().nullable(),
  deviceId: z.string().nullable(),
  licenseId: z.string().nullable(),
  videoId: z.string().nullable(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

export interface NewAuditEntry {
  readonly kind: AuditKind;
  readonly reason: string;
  readonly atMs: Ms;
  readonly accountId?: string;
  readonly deviceId?: string;
  readonly licenseId?: string;
  readonly videoId?: string;
}

/** Everything that happened to licenses and to what they depend on. The database itself refuses to change it. */
export function createAudit(sql: Sql) {
  return {
    /** Inside of whichever transaction is under way: what is not written down did not happen. */
    note({ kind, reason, atMs, ...about }: NewAuditEntry): void {
      const { accountId = null, deviceId = null, licenseId = null, videoId = null } = about;
      sql.run(
        `INSERT INTO audit (atMs, kind, reason, accountId, deviceId, licenseId, videoId)
         VALUES (@atMs, @kind, @reason, @accountId, @deviceId, @licenseId, @videoId)`,
        { atMs, kind, reason, accountId, deviceId, licenseId, videoId },
      );
    },
    /** Oldest first, from behind `since` on; of one account, or (null) of all. */
    async read(accountId: string | null, since = 0, limit = 1000): Promise<AuditEntry[]> {
      return sql.all(
        AuditEntry,
        `SELECT seq, atMs, kind, reason, accountId, deviceId, licenseId, videoId FROM audit
         WHERE seq > @since AND (@accountId IS NULL OR accountId = @accountId) ORDER BY seq LIMIT @limit`,
        { accountId, since, limit },
      );
    },
  };
}
export type Audit = ReturnType<typeof createAudit>;
