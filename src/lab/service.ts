import { randomBytes } from 'node:crypto';
import { compactDecrypt, CompactEncrypt, CompactSign, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { LicenseKey } from '../license/claims.ts';
import type { CheckInService, DeviceIdentity, LicenseService } from '../license/types.ts';
import { CHECK_IN_TYPE } from '../shared/check-in.ts';
import type { CheckInStatement, FirstPlay } from '../shared/check-in.ts';
import { asLayoverError, LayoverError } from '../shared/errors.ts';
import type { LicenseClaims, LicensePolicy, LicensePurpose } from '../shared/license.ts';
import type { Ms } from '../shared/units.ts';

export const LAB_ACCOUNT = 'account-lab';

/** The policy of the reference service's downloads; a scenario names what differs. */
const usualPolicy: LicensePolicy = {
  can_play: true,
  can_persist: true,
  can_renew: true,
  license_duration_seconds: 0,
  rental_duration_seconds: 30 * 24 * 3600,
  playback_duration_seconds: 48 * 3600,
  play_start_grace_period_seconds: 5,
  soft_enforce_playback_duration: true,
  soft_enforce_rental_duration: true,
  renewal_delay_seconds: 20 * 24 * 3600,
  renewal_retry_interval_seconds: 3600,
  renewal_recovery_duration_seconds: 0,
  renew_with_usage: false,
};

export interface Offer {
  policy: Partial<LicensePolicy>;
  readonly notBeforeMs?: Ms | undefined;
}

/** What a scenario can do to the service, and see of it. */
export interface LabService extends LicenseService, CheckInService {
  readonly publicKeys: LicenseKey[];
  /** As after signing in on this device. */
  register(device: Pick<DeviceIdentity, 'deviceId' | 'publicKey'>): void;
  /** What the lost device left in escrow, sealed to this one. Errors: `device/not-in-escrow`, `service/unreachable`. */
  recoverDevice(lostId: string, deviceId: string): Promise<{ sealedDeviceSecret: string }>;
  offer(videoId: string): Offer;
  contentKeyOf(videoId: string): Uint8Array;
  /** Its clock, which may be wrong. Throws `service/unreachable`. */
  now(): Ms;
  isOnline: boolean;
  /** Neither new windows nor another license for what it has licensed before. */
  refusesRenewals: boolean;
  wrongByMs: Ms;
  readonly revoked: Set<string>;
  readonly released: string[];
}

/** Grants genuine licenses, signed and sealed just as the reference service does, without HTTP. */
export async function createLabService(trueNow: () => Ms, offers: Map<string, Offer>): Promise<LabService> {
  const kid = 'license-key-lab';
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const { x } = await exportJWK(publicKey);
  const devices = new Map<string, DeviceIdentity['publicKey']>();
  const contentKeys = new Map<string, Uint8Array>();
  const { publicKey: escrow, privateKey: escrowPrivate } = await generateKeyPair('ECDH-ES', {
    crv: 'P-256',
    extractable: true,
  });
  const { x: escrowX = '', y: escrowY = '' } = await exportJWK(escrow);
  /** By device: its secret, sealed to the escrow key; one that was retired leaves it to whoever recovered it. */
  const inEscrow = new Map<string, string>();
  /** By device: what the service has counted, and for which question it did so last. */
  const counters = new Map<string, { counter: number; requestId: string }>();
  /** By license and issue, the earliest that any device told. */
  const firstPlays = new Map<string, FirstPlay>();
  const issued = new Map<string, { videoId: string; purpose: LicensePurpose }>();

  function reachable(): void {
    if (!service.isOnline) throw new LayoverError('service/unreachable');
  }

  async function issue(
    licenseId: string,
    deviceId: string,
    { videoId, purpose }: { videoId: string; purpose: LicensePurpose },
  ): Promise<{ license: string; nowMs: Ms }> {
    const to = devices.get(deviceId);
    const isAgain = [...issued.values()].some((one) => one.videoId === videoId);
    if (!to || service.revoked.has(videoId) || (isAgain && service.refusesRenewals))
      throw new LayoverError('license/not-allowed', { videoId });
    const { policy, notBeforeMs } = service.offer(videoId);
    const claims: LicenseClaims = {
      licenseId,
      videoId,
      accountId: LAB_ACCOUNT,
      deviceId,
      purpose,
      issuedAtMs: service.now(),
      policy: { ...usualPolicy, ...policy },
      ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
      sealedContentKey: await new CompactEncrypt(service.contentKeyOf(videoId))
        .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
        .encrypt(await importJWK(to, 'ECDH-ES')),
    };
    const license = await new CompactSign(Buffer.from(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'EdDSA', kid })
      .sign(privateKey);
    issued.set(licenseId, { videoId, purpose });
    return { license, nowMs: service.now() };
  }

  const service: LabService = {
    publicKeys: [{ kid, kty: 'OKP', crv: 'Ed25519', x: x ?? '' }],
    isOnline: true,
    refusesRenewals: false,
    wrongByMs: 0,
    revoked: new Set(),
    released: [],
    register: ({ deviceId, publicKey: key }) => void devices.set(deviceId, key),
    offer(videoId) {
      const offer = offers.get(videoId);
      if (!offer) throw new LayoverError('catalog/not-found');
      return offer;
    },
    contentKeyOf(videoId) {
      const key = contentKeys.get(videoId) ?? randomBytes(16);
      contentKeys.set(videoId, key);
      return key;
    },
    now() {
      reachable();
      return trueNow() + service.wrongByMs;
    },
    async acquire(videoId, deviceId, purpose) {
      reachable();
      return issue(`license-${issued.size + 1}`, deviceId, { videoId, purpose });
    },
    async renew(licenseId, deviceId) {
      reachable();
      const known = issued.get(licenseId);
      if (!known) throw new LayoverError('license/none');
      return issue(licenseId, deviceId, known);
    },
    async renewMany(licenseIds, deviceId) {
      reachable();
      const one = (licenseId: string) =>
        service.renew(licenseId, deviceId).catch((thrown: unknown) => ({ error: asLayoverError(thrown) }));
      return Promise.all(licenseIds.map(one));
    },
    async checkIn(deviceId, { counter: told, requestId, nonce, held, firstPlays: toldPlays }) {
      reachable();
      const known = counters.get(deviceId);
      const isAsked = known?.requestId === requestId;
      const counter = isAsked ? known.counter : Math.max(known?.counter ?? 0, told) + 1;
      counters.set(deviceId, { counter, requestId });
      for (const play of toldPlays) {
        const which = `${play.licenseId} ${play.issuedAtMs}`;
        if ((firstPlays.get(which)?.atMs ?? Infinity) > play.atMs) firstPlays.set(which, play);
      }
      const word: CheckInStatement = {
        type: CHECK_IN_TYPE,
        deviceId,
        nonce,
        nowMs: service.now(),
        counter,
        replayed: !isAsked && told < (known?.counter ?? 0),
        revoked: held.filter((licenseId) => service.revoked.has(issued.get(licenseId)?.videoId ?? '')),
        released: [],
        firstPlays: [...firstPlays.values()].filter(({ licenseId }) => held.includes(licenseId)),
        licenseKeys: service.publicKeys,
        escrowKey: { kty: 'EC', crv: 'P-256', x: escrowX, y: escrowY },
      };
      const statement = await new CompactSign(Buffer.from(JSON.stringify(word)))
        .setProtectedHeader({ alg: 'EdDSA', kid, typ: CHECK_IN_TYPE })
        .sign(privateKey);
      return { statement };
    },
    async putEscrow(deviceId, sealedDeviceSecret) {
      reachable();
      inEscrow.set(deviceId, sealedDeviceSecret);
    },
    async recoverDevice(lostId, deviceId) {
      reachable();
      const left = inEscrow.get(lostId);
      const to = devices.get(deviceId);
      if (left === undefined || !to) throw new LayoverError('device/not-in-escrow');
      const { plaintext } = await compactDecrypt(left, escrowPrivate);
      devices.delete(lostId);
      const sealedDeviceSecret = await new CompactEncrypt(plaintext)
        .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
        .encrypt(await importJWK(to, 'ECDH-ES'));
      return { sealedDeviceSecret };
    },
    async release(licenseId) {
      reachable();
      service.released.push(licenseId);
    },
  };
  return service;
}
