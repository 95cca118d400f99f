import { CompactEncrypt, CompactSign, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey } from 'jose';
import { asLayoverError, LayoverError } from '../src/shared/errors.ts';
import type { DeviceIdentity, LicenseService } from '../src/license/types.ts';
import type { LicenseClaims, LicensePolicy } from '../src/shared/license.ts';
import type { SignInAnswer } from '../src/shared/service-api.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../src/shared/units.ts';
import type { Ms } from '../src/shared/units.ts';

/** What the service gives for downloads unless it is told otherwise. */
export const offlinePolicy: LicensePolicy = {
  can_play: true,
  can_persist: true,
  can_renew: true,
  license_duration_seconds: 0,
  rental_duration_seconds: (30 * DAY_MS) / SECOND_MS,
  playback_duration_seconds: (48 * HOUR_MS) / SECOND_MS,
  play_start_grace_period_seconds: 5,
  soft_enforce_playback_duration: true,
  soft_enforce_rental_duration: true,
  renewal_delay_seconds: (20 * DAY_MS) / SECOND_MS,
  renewal_retry_interval_seconds: 3600,
  renewal_recovery_duration_seconds: 0,
  renew_with_usage: false,
};

export const streamPolicy: LicensePolicy = {
  ...offlinePolicy,
  can_persist: false,
  license_duration_seconds: (24 * HOUR_MS) / SECOND_MS,
  rental_duration_seconds: 0,
  playback_duration_seconds: 0,
  renewal_delay_seconds: 0,
};

export type LicenseKeyJwk = SignInAnswer['licenseKeys'][number];

export interface IssueOptions {
  readonly videoId: string;
  readonly device: Pick<DeviceIdentity, 'deviceId' | 'publicKey'>;
  readonly purpose?: LicenseClaims['purpose'];
  readonly policy?: Partial<LicensePolicy>;
  readonly licenseId?: string;
  readonly issuedAtMs?: Ms;
  /** Default: `contentKeyOf(videoId)`. */
  readonly contentKey?: Uint8Array;
  /** Whatever else the claims should say, true or not. */
  readonly claims?: Partial<LicenseClaims>;
}

export interface LicenseIssuer {
  /** What `licenseKeys()` gives to `createLicenses`. */
  readonly publicKeys: LicenseKeyJwk[];
  readonly signingKey: CryptoKey;
  /** One key per video for the life of the issuer: a renewal carries the same. */
  contentKeyOf(videoId: string): Uint8Array;
  issue(options: IssueOptions): Promise<string>;
  sign(payload: unknown, header?: Record<string, unknown>): Promise<string>;
  /**
   * The service, as license/ sees it, for one device. `policy` and `online` may be changed as a test goes on;
   * `released` lists the license ids that it was told of.
   */
  service(device: Pick<DeviceIdentity, 'deviceId' | 'publicKey'>, now: () => Ms): FakeLicenseService;
}

export interface FakeLicenseService extends LicenseService {
  online: boolean;
  policy: Partial<LicensePolicy>;
  readonly released: string[];
  /** How many licenses were to be renewed by each request for several. */
  readonly batches: number[];
}

/** Makes genuine licenses, just as the service does: Ed25519 signature, content key sealed to the device. */
export async function createLicenseIssuer(
  options: { now?: () => Ms; kid?: string } = {},
): Promise<LicenseIssuer> {
  const kid = options.kid ?? 'license-key-1';
  const issuerNow = options.now ?? (() => Date.UTC(2026, 0, 5, 12));
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x } = await exportJWK(publicKey);
  const contentKeys = new Map<string, Uint8Array>();
  let issued = 0;

  const issuer: LicenseIssuer = {
    publicKeys: [{ kid, kty: 'OKP', crv: 'Ed25519', x: x ?? '' }],
    signingKey: privateKey,
    contentKeyOf(videoId) {
      const key = contentKeys.get(videoId) ?? crypto.getRandomValues(new Uint8Array(16));
      contentKeys.set(videoId, key);
      return key;
    },
    async sign(payload, header = {}) {
      return new CompactSign(Buffer.from(JSON.stringify(payload)))
        .setProtectedHeader({ alg: 'EdDSA', kid, ...header })
        .sign(privateKey);
    },
    async issue({ videoId, device, purpose = 'offline', policy = {}, claims = {}, ...rest }) {
      const contentKey = rest.contentKey ?? issuer.contentKeyOf(videoId);
      const full: LicenseClaims = {
        licenseId: rest.licenseId ?? `license-${++issued}`,
        videoId,
        accountId: 'account-1',
        deviceId: device.deviceId,
        purpose,
        issuedAtMs: rest.issuedAtMs ?? issuerNow(),
        policy: { ...(purpose === 'offline' ? offlinePolicy : streamPolicy), ...policy },
        sealedContentKey: await sealContentKey(contentKey, device.publicKey),
        ...claims,
      };
      return issuer.sign(full);
    },
    service(device, now) {
      const videoOf = new Map<string, string>();
      const fake: FakeLicenseService = {
        online: true,
        policy: {},
        released: [],
        batches: [],
        async acquire(videoId, deviceId, purpose) {
          if (!fake.online) throw new LayoverError('service/unreachable');
          const licenseId = `license-${++issued}`;
          videoOf.set(licenseId, videoId);
          const to = { deviceId, publicKey: device.publicKey };
          const asked = { videoId, device: to, purpose, licenseId, issuedAtMs: now(), policy: fake.policy };
          return { license: await issuer.issue(asked), nowMs: now() };
        },
        async renew(licenseId, deviceId) {
          if (!fake.online) throw new LayoverError('service/unreachable');
          const videoId = videoOf.get(licenseId);
          if (videoId === undefined) throw new LayoverError('license/none');
          const to = { deviceId, publicKey: device.publicKey };
          const asked = { videoId, device: to, licenseId, issuedAtMs: now(), policy: fake.policy };
          return { license: await issuer.issue(asked), nowMs: now() };
        },
        async renewMany(licenseIds, deviceId) {
          fake.batches.push(licenseIds.length);
          const answers: Awaited<ReturnType<LicenseService['renewMany']>> = [];
          for (const licenseId of licenseIds)
            try {
              answers.push(await fake.renew(licenseId, deviceId));
            } catch (thrown) {
              const error = asLayoverError(thrown);
              // What is no word on a license comes in place of the whole answer.
              if (/^(network|service)\/|^auth\/signed-out$/.test(error.code)) throw error;
              answers.push({ error });
            }
          return answers;
        },
        async release(licenseId) {
          if (!fake.online) throw new LayoverError('service/unreachable');
          fake.released.push(licenseId);
        },
      };
      return fake;
    },
  };
  return issuer;
}

/** Compact JWE as `LicenseClaims.sealedContentKey` wants it; `header` overrides it for forgeries. */
export async function sealContentKey(
  contentKey: Uint8Array,
  publicKey: DeviceIdentity['publicKey'],
  header: { alg?: string; enc?: string } = {},
): Promise<string> {
  const key = await importJWK(publicKey, header.alg ?? 'ECDH-ES');
  return new CompactEncrypt(contentKey)
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', ...header })
    .encrypt(key);
}
