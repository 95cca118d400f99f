import { z } from 'zod';
import { Id } from '../../../src/shared/catalog.ts';
import { LicensePurpose } from '../../../src/shared/license.ts';
import type { Ms } from '../../../src/shared/units.ts';
import type { Sql } from './sql.ts';

const LicenseRow = z.object({
  licenseId: Id,
  deviceId: Id,
  videoId: Id,
  purpose: LicensePurpose,
  issuedAtMs: z.int(),
  heldUntilMs: z.int(),
  releasedAtMs: z.int().nullable(),
});
export type LicenseRecord = z.infer<typeof LicenseRow>;
const columns = 'licenseId, deviceId, videoId, purpose, issuedAtMs, heldUntilMs, releasedAtMs';

export type LicenseEventKind = 'issued' | 'renewed' | 'released' | 'replaced';
const EventRow = z.object({
  licenseId: Id,
  kind: z.enum(['issued', 'renewed', 'released', 'replaced']),
  atMs: z.int(),
});

export type Granted = 'granted' | 'device-limit';

/** Licenses, and an audit log of all that happened to them. Every function is one atomic step. */
export function createLicenses(sql: Sql) {
  const note = (licenseId: string, kind: LicenseEventKind, atMs: Ms) =>
    sql.run('INSERT INTO license_event (licenseId, kind, atMs) VALUES (@licenseId, @kind, @atMs)', {
      licenseId,
      kind,
      atMs,
    });

  const heldByOthers = (accountId: string, deviceId: string, nowMs: Ms): number =>
    sql.one(
      z.object({ n: z.int() }),
      `SELECT count(DISTINCT deviceId) AS n FROM license
       WHERE accountId = @accountId AND deviceId <> @deviceId AND purpose = 'offline'
         AND releasedAtMs IS NULL AND heldUntilMs > @nowMs`,
      { accountId, deviceId, nowMs },
    )?.n ?? 0;

  function end(licenses: LicenseRecord[], kind: 'released' | 'replaced', nowMs: Ms): void {
    for (const { licenseId } of licenses) {
      sql.run('UPDATE license SET releasedAtMs = @nowMs WHERE licenseId = @licenseId', { licenseId, nowMs });
      note(licenseId, kind, nowMs);
    }
  }

  return {
    async find(accountId: string, licenseId: string): Promise<LicenseRecord | undefined> {
      return sql.one(
        LicenseRow,
        `SELECT ${columns} FROM license WHERE accountId = @accountId AND licenseId = @licenseId`,
        { accountId, licenseId },
      );
    },

    /**
     * Writes a license, in the place of one that the device holds for the same video and purpose. An offline
     * one is refused when `maxDevices` other devices of the account hold downloads already.
     */
    async issue(
      license: Omit<LicenseRecord, 'releasedAtMs'> & { accountId: string },
      maxDevices: number,
    ): Promise<Granted> {
      return sql.transaction(() => {
        const { accountId, deviceId, videoId, purpose, issuedAtMs } = license;
        if (purpose === 'offline' && heldByOthers(accountId, deviceId, issuedAtMs) >= maxDevices)
          return 'device-limit';
        const before = sql.all(
          LicenseRow,
          `SELECT ${columns} FROM license WHERE accountId = @accountId AND deviceId = @deviceId
           AND videoId = @videoId AND purpose = @purpose AND releasedAtMs IS NULL`,
          { accountId, deviceId, videoId, purpose },
        );
        end(before, 'replaced', issuedAtMs);
        sql.run(
          `INSERT INTO license VALUES (@licenseId, @accountId, @deviceId, @videoId, @purpose, @issuedAtMs,
           @heldUntilMs, NULL)`,
          { ...license },
        );
        note(license.licenseId, 'issued', issuedAtMs);
        return 'granted';
      });
    },

    /** Starts its windows anew. An ended one may meanwhile have lost its place among the devices. */
    async renew(
      license: Omit<LicenseRecord, 'releasedAtMs'> & { accountId: string },
      maxDevices: number,
    ): Promise<Granted> {
      return sql.transaction(() => {
        const { accountId, deviceId, licenseId, issuedAtMs, heldUntilMs } = license;
        if (license.purpose === 'offline' && heldByOthers(accountId, deviceId, issuedAtMs) >= maxDevices)
          return 'device-limit';
        sql.run(
          'UPDATE license SET issuedAtMs = @issuedAtMs, heldUntilMs = @heldUntilMs WHERE licenseId = @licenseId',
          { licenseId, issuedAtMs, heldUntilMs },
        );
        note(licenseId, 'renewed', issuedAtMs);
        return 'granted';
      });
    },

    /** Nothing happens when the device does not hold it. */
    async release(accountId: string, deviceId: string, licenseId: string, nowMs: Ms): Promise<void> {
      sql.transaction(() => {
        const held = sql.all(
          LicenseRow,
          `SELECT ${columns} FROM license WHERE accountId = @accountId AND deviceId = @deviceId
           AND licenseId = @licenseId AND releasedAtMs IS NULL`,
          { accountId, deviceId, licenseId },
        );
        end(held, 'released', nowMs);
      });
    },

    async releaseDevice(accountId: string, deviceId: string, nowMs: Ms): Promise<void> {
      sql.transaction(() => {
        const held = sql.all(
          LicenseRow,
          `SELECT ${columns} FROM license WHERE accountId = @accountId AND deviceId = @deviceId
           AND releasedAtMs IS NULL`,
          { accountId, deviceId },
        );
        end(held, 'released', nowMs);
      });
    },

    async heldOffline(accountId: string, nowMs: Ms): Promise<LicenseRecord[]> {
      return sql.all(
        LicenseRow,
        `SELECT ${columns} FROM license WHERE accountId = @accountId AND purpose = 'offline'
         AND releasedAtMs IS NULL AND heldUntilMs > @nowMs ORDER BY issuedAtMs, licenseId`,
        { accountId, nowMs },
      );
    },

    /** The audit log, oldest first. */
    async events(accountId: string): Promise<z.infer<typeof EventRow>[]> {
      return sql.all(
        EventRow,
        `SELECT licenseId, kind, atMs FROM license_event JOIN license USING (licenseId)
         WHERE accountId = @accountId ORDER BY seq`,
        { accountId },
      );
    },
  };
}
