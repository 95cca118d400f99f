import { z } from 'zod';
import { Id, MaturityRating } from '../../../src/shared/catalog.ts';
import type { SignInBody } from '../../../src/shared/service-api.ts';
import { MINUTE_MS } from '../../../src/shared/units.ts';
import type { Ms } from '../../../src/shared/units.ts';
import type { Sql } from './sql.ts';

export const Plan = z.enum(['basic', 'standard', 'premium']);
export type Plan = z.infer<typeof Plan>;

const AccountRow = z.object({
  accountId: Id,
  email: z.string(),
  plan: Plan,
  status: z.enum(['active', 'inactive']),
  /** ISO 3166-1 alpha-2: where the viewer is taken to be. */
  country: z.string().length(2),
});
export type Account = z.infer<typeof AccountRow>;

const ProfileRow = z.object({
  profileId: Id,
  name: z.string(),
  avatar: z.string(),
  isKids: z.number().transform((flag) => flag === 1),
  language: z.string(),
  maturityLimit: MaturityRating,
  pinHash: z.string().nullable(),
});
export type ProfileRecord = z.infer<typeof ProfileRow>;

export type DeviceKey = SignInBody['device']['publicKey'];
const DeviceRow = z.object({
  deviceId: Id,
  name: z.string(),
  publicKey: z.string().transform((json) => JSON.parse(json) as DeviceKey),
  registeredAtMs: z.int(),
  lastSeenAtMs: z.int(),
});
export type Device = z.infer<typeof DeviceRow>;

export interface NewAccount extends Account {
  readonly passwordHash: string;
  readonly profiles: readonly ProfileRecord[];
}

const accountColumns = 'accountId, email, plan, status, country';

/** Accounts, their profiles, devices and tokens. Every function is one atomic step. */
export function createAccounts(sql: Sql) {
  return {
    async isEmpty(): Promise<boolean> {
      return sql.one(z.object({ n: z.int() }), 'SELECT count(*) AS n FROM account')?.n === 0;
    },

    async add({ profiles, ...account }: NewAccount): Promise<void> {
      sql.transaction(() => {
        sql.run(
          `INSERT INTO account (${accountColumns}, passwordHash)
           VALUES (@accountId, @email, @plan, @status, @country, @passwordHash)`,
          account,
        );
        profiles.forEach((profile, position) =>
          sql.run(
            `INSERT INTO profile VALUES (@profileId, @accountId, @position, @name, @avatar, @isKids, @language,
             @maturityLimit, @pinHash)`,
            { ...profile, isKids: profile.isKids ? 1 : 0, accountId: account.accountId, position },
          ),
        );
      });
    },

    async byEmail(email: string): Promise<(Account & { passwordHash: string }) | undefined> {
      return sql.one(
        AccountRow.extend({ passwordHash: z.string() }),
        `SELECT ${accountColumns}, passwordHash FROM account WHERE email = @email`,
        { email },
      );
    },

    /** Registers the device (anew, with its key of today) and its token; earlier tokens of it end. */
    async signIn(entry: {
      accountId: string;
      device: SignInBody['device'];
      tokenHash: string;
      nowMs: Ms;
      expiresAtMs: Ms;
    }): Promise<void> {
      const { deviceId, name, publicKey } = entry.device;
      const key = { accountId: entry.accountId, deviceId };
      sql.transaction(() => {
        sql.run(
          `INSERT INTO device (accountId, deviceId, name, publicKey, registeredAtMs, lastSeenAtMs)
           VALUES (@accountId, @deviceId, @name, @publicKey, @nowMs, @nowMs)
           ON CONFLICT (accountId, deviceId) DO UPDATE SET
             name = excluded.name, publicKey = excluded.publicKey, lastSeenAtMs = excluded.lastSeenAtMs`,
          { ...key, name, publicKey: JSON.stringify(publicKey), nowMs: entry.nowMs },
        );
        sql.run('DELETE FROM access_token WHERE accountId = @accountId AND deviceId = @deviceId', key);
        sql.run('INSERT INTO access_token VALUES (@tokenHash, @accountId, @deviceId, @expiresAtMs)', {
          ...key,
          tokenHash: entry.tokenHash,
          expiresAtMs: entry.expiresAtMs,
        });
      });
    },

    async session(
      tokenHash: string,
    ): Promise<{ account: Account; deviceId: string; expiresAtMs: Ms } | undefined> {
      const row = sql.one(
        AccountRow.extend({ deviceId: Id, expiresAtMs: z.int() }),
        `SELECT ${accountColumns}, deviceId, expiresAtMs FROM access_token JOIN account USING (accountId)
         WHERE tokenHash = @tokenHash`,
        { tokenHash },
      );
      if (!row) return undefined;
      const { deviceId, expiresAtMs, ...account } = row;
      return { account, deviceId, expiresAtMs };
    },

    async profiles(accountId: string): Promise<ProfileRecord[]> {
      return sql.all(
        ProfileRow,
        `SELECT profileId, name, avatar, isKids, language, maturityLimit, pinHash FROM profile
         WHERE accountId = @accountId ORDER BY position`,
        { accountId },
      );
    },

    async device(accountId: string, deviceId: string): Promise<Device | undefined> {
      return sql.one(
        DeviceRow,
        `SELECT deviceId, name, publicKey, registeredAtMs, lastSeenAtMs FROM device
         WHERE accountId = @accountId AND deviceId = @deviceId`,
        { accountId, deviceId },
      );
    },

    async devices(accountId: string): Promise<Device[]> {
      return sql.all(
        DeviceRow,
        `SELECT deviceId, name, publicKey, registeredAtMs, lastSeenAtMs FROM device WHERE accountId = @accountId
         ORDER BY registeredAtMs, deviceId`,
        { accountId },
      );
    },

    /** It called. Written once a minute at most: calls come in bursts. */
    async seen(accountId: string, deviceId: string, nowMs: Ms): Promise<void> {
      sql.run(
        `UPDATE device SET lastSeenAtMs = @nowMs
         WHERE accountId = @accountId AND deviceId = @deviceId AND lastSeenAtMs <= @nowMs - @minuteMs`,
        { accountId, deviceId, nowMs, minuteMs: MINUTE_MS },
      );
    },

    /** Its tokens go with it. */
    async removeDevice(accountId: string, deviceId: string): Promise<void> {
      sql.run('DELETE FROM device WHERE accountId = @accountId AND deviceId = @deviceId', {
        accountId,
        deviceId,
      });
    },
  };
}
