import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createCheckIns } from '../../src/license/check-ins.ts';
import type { CheckIns } from '../../src/license/check-ins.ts';
import type { Device } from '../../src/license/device.ts';
import { createLicenses, licenseMigrations } from '../../src/license/licenses.ts';
import { createOutsideRecord } from '../../src/license/outside-record.ts';
import type { OutsideRecord } from '../../src/license/outside-record.ts';
import { createTrustedTime } from '../../src/license/trusted-time.ts';
import type { PersistentTrustedTime } from '../../src/license/trusted-time.ts';
import type { LicenseService, Licenses } from '../../src/license/types.ts';
import { CHECK_IN_TYPE } from '../../src/shared/check-in.ts';
import type { Database } from '../../src/database/types.ts';
import type { LicenseClaims } from '../../src/shared/license.ts';
import type { Clock, Log } from '../../src/shared/platform.ts';
import { escrowKey } from '../check-in-service.ts';
import { sealContentKey } from '../license-issuer.ts';
import type { LicenseKeyJwk } from '../license-issuer.ts';
import { openPlainDatabase } from '../plain-database.ts';
import { loadTestDevice } from '../test-device.ts';
import type { Model } from './model.ts';
import type { Terms } from './terms.ts';

/** The real license stage over a real database, emptied and used again: a new one each time would be most of the cost. */

export const VIDEO = 'v1';
const KID = 'license-key-1';
const ACCOUNT = 'account-1';
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export interface Stage {
  readonly licenses: Licenses;
  readonly time: PersistentTrustedTime;
  readonly outside: OutsideRecord;
  /** `revokes`: the service takes the license back. */
  checkIn(revokes: boolean): Promise<void>;
}
/** Memory outside the folder, as a keyring is. */
export interface FakeKeyring {
  text: string | null;
}
/** All rows of every table of the stage. */
export type Rows = readonly { readonly table: string; readonly rows: readonly Record<string, unknown>[] }[];

/** As on a host that has none, without the cost of looking. */
const noRecord: OutsideRecord = {
  recall: async () => false,
  note() {},
  changed() {},
  idle: async () => {},
  stop: async () => {},
};

/** What one sequence happens on. */
export interface StageWorld {
  readonly contentKey: Uint8Array;
  /** Starts on what lies in the database, with the clocks of the model. */
  start(model: Model, keyring: FakeKeyring | null): Promise<Stage>;
  rows(): Rows;
  put(rows: Rows): void;
  close(): void;
}

export async function createStageWorld(): Promise<StageWorld> {
  const device = await loadTestDevice();
  const database = preparedOnce(openPlainDatabase(licenseMigrations));
  const signer = await createSigner(device);
  const tables = tablesOf(database);
  const read = tables.map((table) => ({ table, all: database.sql.prepare(`SELECT * FROM ${table}`) }));
  const clear = tables.map((table) => database.sql.prepare(`DELETE FROM ${table}`));

  const inserts = new Map<string, ReturnType<typeof database.sql.prepare>>();
  function insert(table: string, names: string[]) {
    const text = `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`;
    const known = inserts.get(text) ?? database.sql.prepare(text);
    inserts.set(text, known);
    return known;
  }

  return {
    contentKey: signer.contentKey,
    async start(model, keyring) {
      const clock: Clock = {
        now: () => model.wall,
        monotonic: () => model.monotonic,
        slept: model.tellsSleep ? () => model.slept : undefined,
        uptime: model.tellsSleep ? () => ({ boot: `boot ${model.on.boot}`, ms: model.on.for }) : undefined,
        sleep: () => new Promise(() => {}),
      };
      const time = createTrustedTime({ database, clock, log: silent });
      const common = {
        deviceSecret: device.deviceSecret,
        database,
        device,
        trustedTime: time,
        log: silent,
        accountId: () => ACCOUNT,
      };
      const licenseKeys = () => signer.publicKeys;
      // Made when the first is due: that alone is a third of a start.
      let checkIns: CheckIns | undefined;
      let revokes = false;
      const licenses = createLicenses({ ...common, service: signer.licenses(model), licenseKeys });
      const record = keyring && {
        read: async () => keyring.text,
        async write(text: string) {
          keyring.text = text;
        },
      };
      const outside = record ? createOutsideRecord({ ...common, clock, record }) : noRecord;
      await outside.recall();
      licenses.onChange(outside.changed);
      return {
        time,
        outside,
        licenses,
        checkIn: (taken) => {
          revokes = taken;
          return (checkIns ??= openCheckIns()).now();
        },
      };
      function openCheckIns(): CheckIns {
        return createCheckIns({
          ...common,
          clock,
          licenseKeys,
          service: {
            async checkIn(deviceId, body) {
              const statement = {
                type: CHECK_IN_TYPE,
                deviceId,
                nonce: body.nonce,
                nowMs: model.real,
                counter: body.counter + 1,
                replayed: false,
                revoked: revokes ? body.held : [],
                released: [],
                firstPlays: body.held.flatMap((licenseId) =>
                  model
                    .toldOf(licenseId)
                    .map(({ issued, first }) => ({ licenseId, issuedAtMs: issued, atMs: first })),
                ),
                licenseKeys: signer.publicKeys,
                escrowKey,
              };
              return { statement: signer.sign(statement, { typ: CHECK_IN_TYPE }) };
            },
            putEscrow: async () => {},
          },
          random: (sizeBytes) => randomBytes(sizeBytes),
          keepLicenseKeys: () => {},
          isOnline: () => true,
          onAmended: () => {},
          onReleased: () => {},
          onMet: outside.note,
          onNotice: () => {},
        });
      }
    },
    rows: () => read.map(({ table, all }) => ({ table, rows: all.all() as Record<string, unknown>[] })),
    put(rows) {
      database.transaction(() => {
        for (const one of clear) one.run();
        for (const { table, rows: some } of rows)
          for (const row of some) {
            insert(table, Object.keys(row)).run(row);
          }
      });
    },
    close: () => database.close(),
  };
}

/** A start asks for the same statements as the one before it: to compile them again would be a third of its cost. */
function preparedOnce(database: Database): Database {
  const { sql } = database;
  const prepare = sql.prepare.bind(sql);
  const known = new Map<string, ReturnType<typeof prepare>>();
  const once = (text: string) => {
    const statement = known.get(text) ?? prepare(text);
    known.set(text, statement);
    return statement;
  };
  Object.assign(sql, { prepare: once });
  return database;
}

function tablesOf({ sql }: Database): string[] {
  return sql
    .prepare<[], string>(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('applied_migrations')`,
    )
    .pluck()
    .all();
}

/** Genuine licenses for little: keys are made, and the content key sealed, once. */
async function createSigner(device: Device) {
  const pair = generateKeyPairSync('ed25519');
  const privateKey = createPrivateKey(pair.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicKeys: LicenseKeyJwk[] = [{ kid: KID, kty: 'OKP', crv: 'Ed25519', x }];
  const contentKey = Uint8Array.from(randomBytes(16));
  // Several, as no two licenses of the service are the same text.
  const sealed = await Promise.all(
    Array.from({ length: 8 }, () => sealContentKey(contentKey, device.publicKey)),
  );
  const text = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  let issued = 0;

  const signed = (payload: unknown, header: object = {}): string => {
    const signedPart = `${text({ alg: 'EdDSA', kid: KID, ...header })}.${text(payload)}`;
    return `${signedPart}.${sign(null, Buffer.from(signedPart), privateKey).toString('base64url')}`;
  };
  function license(licenseId: string, { terms, real }: Model): string {
    const claims: LicenseClaims = {
      licenseId,
      videoId: VIDEO,
      accountId: ACCOUNT,
      deviceId: device.deviceId,
      purpose: 'offline',
      issuedAtMs: real,
      policy: policyOf(terms),
      ...(terms.embargo > 0 ? { notBeforeMs: real + terms.embargo } : {}),
      sealedContentKey: sealed[issued++ % sealed.length] ?? '',
    };
    return signed(claims);
  }
  return {
    publicKeys,
    contentKey,
    sign: signed,
    licenses: (model: Model): LicenseService => ({
      acquire: async () => ({ license: license(`license-${++issued}`, model), nowMs: model.real }),
      renew: async (licenseId) => ({ license: license(licenseId, model), nowMs: model.real }),
      renewMany: async (licenseIds) =>
        licenseIds.map((licenseId) => ({ license: license(licenseId, model), nowMs: model.real })),
      release: async () => {},
    }),
  };
}

function policyOf(terms: Terms): LicenseClaims['policy'] {
  return {
    can_play: true,
    can_persist: true,
    can_renew: terms.canRenew,
    license_duration_seconds: terms.license / 1000,
    rental_duration_seconds: terms.rental / 1000,
    playback_duration_seconds: terms.playback / 1000,
    play_start_grace_period_seconds: terms.grace,
    soft_enforce_rental_duration: terms.softRental,
    soft_enforce_playback_duration: terms.softPlayback,
    renewal_delay_seconds: terms.renewalDelay / 1000,
    renewal_retry_interval_seconds: 3600,
    renewal_recovery_duration_seconds: terms.renewalRecovery / 1000,
    renew_with_usage: false,
  };
}
