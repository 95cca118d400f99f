import { createHash } from 'node:crypto';
import { compactDecrypt, compactVerify, importJWK } from 'jose';
import { LayoverError } from '../shared/errors.ts';
import { LicenseClaims } from '../shared/license.ts';
import type { SignInAnswer } from '../shared/service-api.ts';
import { algorithms } from './algorithms.ts';
import type { Device } from './device.ts';

/** One of the service's public license keys, as it gave them at sign-in. */
export type LicenseKey = SignInAnswer['licenseKeys'][number];

const CONTENT_KEY_BYTES = 16;

/**
 * The claims of a license, once everything about it is right: signed (EdDSA, nothing else) with a known
 * license key, well formed, for this device and this video. Error: `license/forged`, whatever was wrong.
 */
export async function verifyLicense(
  license: string,
  expected: { licenseKeys: readonly LicenseKey[]; deviceId: string; videoId: string },
): Promise<LicenseClaims> {
  return orForged(async () => {
    assertCanonical(license);
    const { payload } = await compactVerify(
      license,
      async ({ kid }) => {
        const known = expected.licenseKeys.find((key) => kid !== undefined && key.kid === kid);
        if (!known) throw new Error('the license key is not known');
        return importJWK(known, algorithms.signature);
      },
      { algorithms: [algorithms.signature] },
    );
    const claims = LicenseClaims.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)));
    if (claims.deviceId !== expected.deviceId) throw new Error('the license is for another device');
    if (claims.videoId !== expected.videoId) throw new Error('the license is for another video');
    return claims;
  });
}

/** The 16 bytes of the content key that the service sealed to this device. Error: `license/forged`. */
export async function openContentKey(sealedContentKey: string, device: Device): Promise<Uint8Array> {
  return orForged(async () => {
    const { plaintext } = await compactDecrypt(sealedContentKey, device.privateKey, {
      keyManagementAlgorithms: [algorithms.keyAgreement],
      contentEncryptionAlgorithms: [algorithms.contentEncryption],
    });
    if (plaintext.byteLength !== CONTENT_KEY_BYTES) throw new Error('a content key has 16 bytes');
    return plaintext;
  });
}

/** Tells whether two licenses carry the same content key, and nothing about the key: it is 128 random bits. */
export function fingerprintOf(contentKey: Uint8Array): string {
  return createHash(algorithms.hash).update('layover content key\0').update(contentKey).digest('hex');
}

/**
 * Base64url has spare bits at its end, and decoders skip characters that are not theirs: so several texts
 * decode to one signature. Only the one that an encoder writes is taken, so that a license has one spelling.
 */
function assertCanonical(license: string): void {
  const parts = license.split('.');
  const canonical = (part: string) => Buffer.from(part, 'base64url').toString('base64url') === part;
  if (parts.length !== 3 || !parts.every(canonical)) throw new Error('not a compact JWS');
}

async function orForged<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new LayoverError('license/forged', {}, { cause });
  }
}
