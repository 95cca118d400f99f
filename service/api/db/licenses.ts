import { z } from 'zod';
import { Id } from '../../../src/shared/catalog.ts';
import { LicensePurpose } from '../../../src/shared/license.ts';
import { DAY_MS } from '../../../src/shared/units.ts';
import type { Ms } from '../../../src/shared/units.ts';
import type { LicenseTerms } from '../license-terms.ts';
import type { Audit, AuditKind } from './audit.ts';
import type { Sql } from './sql.ts';

const LicenseRow = z.object({
  licenseId: Id,
  accountId: Id,
  deviceId: Id,
  titleId: z.string(),
  videoId: Id,
  supplier: z.string().nullable(),
  purpose: LicensePurpose,
  issuedAtMs: z.int(),
  heldUntilMs: z.int(),
  releasedAtMs: z.int().nullable(),
  revokedAtMs: z.int().nullable(),
  revokedBecause: z.string().nullable(),
  /** Which key signed it, and which content key it carries (null: that which the video has). */
  kid: z.string(),
  contentKeyId: z.string().nullable(),
});
export type LicenseRecord = z.infer<typeof LicenseRow>;
export type NewLicense = Omit<LicenseRecord, 'releasedAtMs' | 'revokedAtMs' | 'revokedBecause'>;
const columns = Object.keys(LicenseRow.shape).join(', ');
const held = 'releasedAtMs IS NULL AND revokedAtMs IS NULL';
const Count = z.object({ n: z.int() });
const YEAR_MS: Ms = 365 * DAY_MS;

export type Limits = Pick<LicenseTerms, 'maxDevices' | 'maxTitles' | 'maxTitlesOfSupplier' | 'maxYearly'>;
export type Granted =
  | { readonly refused: null }
  | { readonly refused: 'device-limit' | 'title-limit' | 'supplier-limit' }
  /** From when on there is room for another. */
  | { readonly refused: 'yearly-limit'; readonly availableAtMs: Ms };

/** Licenses and the limits that they count against. Every function is one atomic step, and is in the audit log. */
export function createLicenses(sql: Sql, audit: Audit) {
  const note = (license: Omit<NewLicense, 'kid'>, kind: AuditKind, reason: string, atMs: Ms) => {
    const { accountId, deviceId, licenseId, videoId } = license;
    audit.note({ kind, reason, atMs, accountId, deviceId, licenseId, videoId });
  };
  const some = (where: string, values: Record<string, string | number | null>): LicenseRecord[] =>
    sql.all(
      LicenseRow,
      `SELECT ${columns} FROM license WHERE ${where} ORDER BY issuedAtMs, licenseId`,
      values,
    );
  const end = (licenses: LicenseRecord[], kind: 'released' | 'replaced', reason: string, nowMs: Ms): void => {
    for (const license of licenses) {
      const { licenseId } = license;
      sql.run('UPDATE license SET releasedAtMs = @nowMs WHERE licenseId = @licenseId', { licenseId, nowMs });
      note(license, kind, reason, nowMs);
    }
  };

  /** Something else than this title on this device must leave room: holding more of what is held takes none. */
  function limitReached(license: NewLicense, limits: Limits): (Granted['refused'] & string) | null {
    if (license.purpose === 'stream') return null;
    const { accountId, deviceId, titleId, supplier, issuedAtMs } = license;
    const alive = `accountId = @accountId AND purpose = 'offline' AND ${held} AND heldUntilMs > @nowMs`;
    const who = { accountId, deviceId, nowMs: issuedAtMs };
    const isFull = (most: number, what: string, where: string, values: Record<string, string>): boolean =>
      most > 0 &&
      (sql.one(Count, `SELECT count(DISTINCT ${what}) AS n FROM license WHERE ${alive} AND ${where}`, {
        ...who,
        ...values,
      })?.n ?? 0) >= most;
    const others = 'deviceId = @deviceId AND titleId <> @titleId';
    if (isFull(limits.maxDevices, 'deviceId', 'deviceId <> @deviceId', {})) return 'device-limit';
    if (isFull(limits.maxTitles, 'titleId', others, { titleId })) return 'title-limit';
    if (
      supplier !== null &&
      isFull(limits.maxTitlesOfSupplier, 'titleId', `${others} AND supplier = @supplier`, {
        titleId,
        supplier,
      })
    )
      return 'supplier-limit';
    return null;
  }

  /** When the oldest of those that fill the year leaves it; null: it is not full. */
  function yearlyRoomAtMs({ accountId, titleId, issuedAtMs }: NewLicense, most: number): Ms | null {
    if (most === 0) return null;
    const row = sql.all(
      z.object({ firstIssuedAtMs: z.int() }),
      `SELECT firstIssuedAtMs FROM license WHERE accountId = @accountId AND titleId = @titleId
       AND purpose = 'offline' AND isReplacement = 0 AND firstIssuedAtMs > @sinceMs
       ORDER BY firstIssuedAtMs DESC LIMIT @most`,
      { accountId, titleId, sinceMs: issuedAtMs - YEAR_MS, most },
    );
    const oldest = row.at(-1);
    return row.length < most || !oldest ? null : oldest.firstIssuedAtMs + YEAR_MS;
  }

  return {
    async find(accountId: string, licenseId: string): Promise<LicenseRecord | undefined> {
      return some('accountId = @accountId AND licenseId = @licenseId', { accountId, licenseId })[0];
    },

    /** Writes a license, in the place of one that the device holds for the same video and purpose. */
    async issue(license: NewLicense, limits: Limits): Promise<Granted> {
      return sql.transaction(() => {
        const { accountId, deviceId, videoId, purpose, issuedAtMs } = license;
        const before = some(
          `accountId = @accountId AND deviceId = @deviceId AND videoId = @videoId AND purpose = @purpose AND ${held}`,
          { accountId, deviceId, videoId, purpose },
        );
        const isReplacement = before.some(({ heldUntilMs }) => heldUntilMs > issuedAtMs);
        const refused = limitReached(license, limits);
        if (refused !== null) {
          note(license, 'refused', refused, issuedAtMs);
          return { refused } as Granted;
        }
        const availableAtMs =
          purpose === 'stream' || isReplacement ? null : yearlyRoomAtMs(license, limits.maxYearly);
        if (availableAtMs !== null) {
          note(license, 'refused', 'yearly-limit', issuedAtMs);
          return { refused: 'yearly-limit', availableAtMs };
        }
        end(before, 'replaced', 'issued anew', issuedAtMs);
        const row = { ...license, firstIssuedAtMs: issuedAtMs, isReplacement: isReplacement ? 1 : 0 };
        const names = Object.keys(row);
        sql.run(
          `INSERT INTO license (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
          row,
        );
        note(license, 'issued', purpose, issuedAtMs);
        return { refused: null };
      });
    },

    /** Starts its windows anew. An ended one may meanwhile have lost its place. */
    async renew(license: NewLicense, limits: Limits): Promise<Granted> {
      return sql.transaction(() => {
        const { licenseId, issuedAtMs, heldUntilMs, kid } = license;
        const refused = limitReached(license, limits);
        if (refused !== null) {
          note(license, 'refused', refused, issuedAtMs);
          return { refused } as Granted;
        }
        sql.run(
          `UPDATE license SET issuedAtMs = @issuedAtMs, heldUntilMs = @heldUntilMs, kid = @kid
           WHERE licenseId = @licenseId`,
          { licenseId, issuedAtMs, heldUntilMs, kid },
        );
        note(license, 'renewed', license.purpose, issuedAtMs);
        return { refused: null };
      });
    },

    /** Nothing happens when the device does not hold it. */
    async release(accountId: string, deviceId: string, licenseId: string, nowMs: Ms): Promise<void> {
      sql.transaction(() => {
        const where = `accountId = @accountId AND deviceId = @deviceId AND licenseId = @licenseId
           AND releasedAtMs IS NULL`;
        end(some(where, { accountId, deviceId, licenseId }), 'released', 'by the device', nowMs);
      });
    },

    async releaseDevice(accountId: string, deviceId: string, nowMs: Ms): Promise<void> {
      sql.transaction(() => {
        const where = 'accountId = @accountId AND deviceId = @deviceId AND releasedAtMs IS NULL';
        end(some(where, { accountId, deviceId }), 'released', 'the device was removed', nowMs);
        audit.note({ kind: 'device-removed', reason: 'by the account', atMs: nowMs, accountId, deviceId });
      });
    },

    /** Takes back every license that `which` names, whoever holds it. Returns which these were. */
    async revoke(
      which: { licenseId: string } | { deviceId: string } | { titleId: string },
      reason: string,
      nowMs: Ms,
    ): Promise<LicenseRecord[]> {
      return sql.transaction(() => {
        const [name = '', id = ''] = Object.entries(which)[0] ?? [];
        const taken = some(`${name} = @id AND ${held}`, { id });
        for (const license of taken) {
          sql.run(
            'UPDATE license SET revokedAtMs = @nowMs, revokedBecause = @reason WHERE licenseId = @licenseId',
            {
              licenseId: license.licenseId,
              nowMs,
              reason,
            },
          );
          note(license, 'revoked', reason, nowMs);
        }
        return taken;
      });
    },

    async heldOffline(accountId: string, nowMs: Ms): Promise<LicenseRecord[]> {
      return some(`accountId = @accountId AND purpose = 'offline' AND ${held} AND heldUntilMs > @nowMs`, {
        accountId,
        nowMs,
      });
    },
  };
}
