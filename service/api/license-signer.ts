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
  /**
   * What clients verify with; the first one signs. Retired keys are among them until no license under them can
   * be of use any more.
   */
  publicKeys(nowMs: Ms): Promise<SignInAnswer['licenseKeys']>;
  /** Compact JWS, EdDSA, by the key `kid`. */
  sign(claims: LicenseClaims): Promise<{ license: string; kid: string }>;
  /** From now on another key signs. Returns its `kid`. */
  rotate(nowMs: Ms): Promise<string>;
}

/** The first signing key is made at the first start; a key's `kid` is its JWK thumbprint (RFC 7638). */
export async function createLicenseSigner({ signingKeys }: Database, nowMs: Ms): Promise<LicenseSigner> {
  async function make(madeAtMs: Ms): Promise<string> {
    const pair = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
    const jwk = PrivateJwk.parse(await exportJWK(pair.privateKey));
    const kid = await calculateJwkThumbprint(jwk);
    await signingKeys.add({ kid, privateJwk: JSON.stringify(jwk), madeAtMs });
    return kid;
  }
  async function current() {
    const [first] = await signingKeys.all();
    if (!first) throw new Error('there is no signing key');
    return { kid: first.kid, key: await importJWK(PrivateJwk.parse(JSON.parse(first.privateJwk)), 'EdDSA') };
  }
  if ((await signingKeys.all()).length === 0) await make(nowMs);
  let signing = await current();
  return {
    async publicKeys(atMs) {
      const inUse = new Set(await signingKeys.inUse(atMs));
      return (await signingKeys.all())
        .filter(({ kid, retiredAtMs }) => retiredAtMs === null || inUse.has(kid))
        .map(({ kid, privateJwk }) => {
          const { kty, crv, x } = PrivateJwk.parse(JSON.parse(privateJwk));
          return { kid, kty, crv, x };
        });
    },
    async sign(claims) {
      const { kid, key } = signing;
      const license = await new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'EdDSA', kid })
        .sign(key);
      return { license, kid };
    },
    async rotate(atMs) {
      const kid = await make(atMs);
      signing = await current();
      return kid;
    },
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
