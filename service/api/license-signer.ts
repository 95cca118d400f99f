import {
  CompactEncrypt,
  CompactSign,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
} from 'jose';
import { z } from 'zod';
import type { LicenseClaims } from '../../src/shared/license.ts';
import type { SignInAnswer } from '../../src/shared/service-api.ts';
import type { Ms } from '../../src/shared/units.ts';
import type { DeviceKey } from './db/accounts.ts';
import type { Database } from './db/database.ts';

const PrivateJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  d: z.string(),
});

/** Makes licenses: signs claims, and seals content keys to devices. */
export interface LicenseSigner {
  /** What clients verify with; the first one signs. */
  readonly publicKeys: SignInAnswer['licenseKeys'];
  /** Compact JWS, EdDSA. */
  sign(claims: LicenseClaims): Promise<string>;
}

/** The signing key is made at the first start and kept; its `kid` is its JWK thumbprint (RFC 7638). */
export async function createLicenseSigner({ signingKeys }: Database, nowMs: Ms): Promise<LicenseSigner> {
  if ((await signingKeys.all()).length === 0) {
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const jwk = PrivateJwk.parse(await exportJWK(pair.privateKey));
    const kid = await calculateJwkThumbprint(jwk);
    await signingKeys.add({ kid, privateJwk: JSON.stringify(jwk), madeAtMs: nowMs });
  }
  const known = (await signingKeys.all()).map(({ kid, privateJwk }) => ({
    kid,
    jwk: PrivateJwk.parse(JSON.parse(privateJwk)),
  }));
  const [current] = known;
  if (!current) throw new Error('there is no signing key');
  const privateKey = await importJWK(current.jwk, 'EdDSA');
  return {
    publicKeys: known.map(({ kid, jwk: { kty, crv, x } }) => ({ kid, kty, crv, x })),
    sign: (claims) =>
      new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'EdDSA', kid: current.kid })
        .sign(privateKey),
  };
}

/** Throws when the public key is not a point of its curve. */
export async function checkDeviceKey(publicKey: DeviceKey): Promise<void> {
  await importJWK(publicKey, 'ECDH-ES');
}

/** Compact JWE (ECDH-ES direct, A256GCM) that only the device can open. */
export async function sealContentKey(contentKey: Uint8Array, publicKey: DeviceKey): Promise<string> {
  return new CompactEncrypt(contentKey)
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
    .encrypt(await importJWK(publicKey, 'ECDH-ES'));
}
