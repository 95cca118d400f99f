import { z } from 'zod';
import type { Database, Migration } from '../database/types.ts';
import { LicenseClaims } from '../shared/license.ts';
import type { Log } from '../shared/platform.ts';
import { createRowSeal } from './row-seal.ts';

export const grantMigrations: readonly Migration[] = [
  {
    id: 'license/002-grants',
    up(sql) {
      sql.exec(`
        CREATE TABLE license_grants (video_id TEXT PRIMARY KEY, grant_json TEXT NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE TABLE owed_releases (license_id TEXT PRIMARY KEY, device_id TEXT NOT NULL) STRICT`);
    },
  },
  {
    id: 'license/003-owed-by-account',
    up(sql) {
      sql.exec('ALTER TABLE owed_releases ADD COLUMN account_id TEXT');
    },
  },
];

/** An offline license as it is kept. */
export const KeptGrant = z.object({
  /** The content key is left in `license`, and goes with it. */
  claims: LicenseClaims.omit({ sealedContentKey: true }),
  /** The license itself (compact JWS); null once its windows ended and its key was dropped. */
  license: z.string().nullable(),
  /** `fingerprintOf` the content key: a renewal must bring the same, or what is stored stays closed. */
  keyFingerprint: z.string(),
  firstPlayAtMs: z.int().nonnegative().nullable(),
  /** `leapMs` of trusted time at first play, until the service has been heard: tells whether an error was there already. */
  firstPlayLeapMs: z.int().positive().optional(),
  /** Watched before first play, within the grace period; not counted any more after it. */
  watchedSeconds: z.number().nonnegative(),
  ended: z
    .object({
      reason: z.enum(['license-expired', 'rental-expired', 'playback-expired', 'renewal-overdue', 'revoked']),
      sinceMs: z.int(),
    })
    .nullable(),
});
export type KeptGrant = z.infer<typeof KeptGrant>;

/** What was watched under it, for the one that takes its place. */
export function playOf({ firstPlayAtMs, firstPlayLeapMs, watchedSeconds }: KeptGrant) {
  return { firstPlayAtMs, firstPlayLeapMs, watchedSeconds };
}

const GrantRow = z.object({ video_id: z.string(), grant_json: z.string(), seal: z.instanceof(Uint8Array) });
const OwedRelease = z.object({
  licenseId: z.string(),
  deviceId: z.string(),
  accountId: z.string().nullable(),
});
/** The account whose license it was; null: not known, from before that was written down. */
export type OwedRelease = z.infer<typeof OwedRelease>;

/** The tables of license/. A row that cannot be believed reads as if it were not there. */
export interface GrantRows {
  read(videoId: string): KeptGrant | null;
  write(grant: KeptGrant): void;
  remove(videoId: string): void;
  all(): KeptGrant[];
  owed(): OwedRelease[];
  owe(release: OwedRelease): void;
  settle(licenseId: string): void;
}

/**
 * Every row carries an HMAC under a key made from the device secret: a row that was edited (a first play
 * wiped, a window widened), damaged, or brought from another computer is not believed. It does not notice
 * that a whole older database was put back.
 */
export function createGrantRows(from: { database: Database; deviceSecret: Uint8Array; log: Log }): GrantRows {
  const { sql } = from.database;
  const seals = createRowSeal(from.deviceSecret, 'layover license rows 1');

  const statements = {
    one: sql.prepare('SELECT video_id, grant_json, seal FROM license_grants WHERE video_id = ?'),
    all: sql.prepare('SELECT video_id, grant_json, seal FROM license_grants ORDER BY video_id'),
    // Not an update: SQLite leaves a page alone that would say the same, and then a full disk takes what it never got.
    write: sql.prepare('INSERT OR REPLACE INTO license_grants (video_id, grant_json, seal) VALUES (?, ?, ?)'),
    remove: sql.prepare('DELETE FROM license_grants WHERE video_id = ?'),
    owed: sql.prepare(
      `SELECT license_id AS licenseId, device_id AS deviceId, account_id AS accountId FROM owed_releases
       ORDER BY rowid`,
    ),
    owe: sql.prepare(
      'INSERT OR REPLACE INTO owed_releases (license_id, device_id, account_id) VALUES (?, ?, ?)',
    ),
    settle: sql.prepare('DELETE FROM owed_releases WHERE license_id = ?'),
  };

  /** Rows are read many times a minute: what is wrong with one is said once. */
  const reported = new Set<unknown>();
  /** What was believed last, byte for byte: most of what a verdict costs is to look at the same row again. */
  const looked = new Map<string, { json: string; seal: Buffer; mark: unknown; grant: KeptGrant }>();
  function believed(row: unknown): KeptGrant | null {
    try {
      const { video_id, grant_json, seal } = GrantRow.parse(row);
      const last = looked.get(video_id);
      if (last?.json === grant_json && last.mark === seals.mark() && last.seal.equals(seal))
        return last.grant;
      if (!seals.fits([video_id, grant_json], seal)) throw new Error('the seal does not fit');
      const grant = KeptGrant.parse(JSON.parse(grant_json));
      if (grant.claims.videoId !== video_id) throw new Error('the row is of another video');
      looked.set(video_id, { json: grant_json, seal: Buffer.from(seal), mark: seals.mark(), grant });
      return grant;
    } catch (thrown) {
      const videoId = GrantRow.pick({ video_id: true }).safeParse(row).data?.video_id;
      if (!reported.has(videoId))
        from.log.warn('license/row-unbelievable', { videoId, cause: String(thrown) });
      reported.add(videoId);
      return null;
    }
  }

  return {
    read(videoId) {
      const row = statements.one.get(videoId);
      return row === undefined ? null : believed(row);
    },
    write(grant) {
      const json = JSON.stringify(KeptGrant.parse(grant));
      statements.write.run(grant.claims.videoId, json, seals.of([grant.claims.videoId, json]));
    },
    remove(videoId) {
      looked.delete(videoId);
      statements.remove.run(videoId);
    },
    all() {
      return statements.all.all().flatMap((row) => believed(row) ?? []);
    },
    owed() {
      return statements.owed.all().flatMap((row) => {
        const owed = OwedRelease.safeParse(row);
        return owed.success ? [owed.data] : [];
      });
    },
    owe({ licenseId, deviceId, accountId }) {
      statements.owe.run(licenseId, deviceId, accountId);
    },
    settle(licenseId) {
      statements.settle.run(licenseId);
    },
  };
}
