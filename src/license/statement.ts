import { CompactEncrypt, compactDecrypt, compactVerify, importJWK } from 'jose';
import { CHECK_IN_TYPE, CheckInStatement, DeviceSecretParts } from '../shared/check-in.ts';
import { LayoverError } from '../shared/errors.ts';
import { algorithms } from './algorithms.ts';
import type { LicenseKey } from './claims.ts';
import type { Device } from './device.ts';
import type { DeviceIdentity } from './types.ts';

/**
 * The service's word, once everything about it is right: signed (EdDSA) with a known license key, of its own type, for this
 * device, in answer to this very question. `kid`: by whom. Error: `license/forged`, whatever was wrong.
 */
export async function verifyStatement(
  statement: string,
  expected: { licenseKeys: readonly LicenseKey[]; deviceId: string; nonce: string },
): Promise<{ word: CheckInStatement; kid: string }> {
  try {
    const { payload, protectedHeader } = await compactVerify(
      statement,
      async ({ kid }) => {
        const known = expected.licenseKeys.find((key) => kid !== undefined && key.kid === kid);
        if (!known) throw new Error('the license key is not known');
        return importJWK(known, algorithms.signature);
      },
      { algorithms: [algorithms.signature] },
    );
    if (protectedHeader.typ !== CHECK_IN_TYPE) throw new Error('not a statement');
    const word = CheckInStatement.parse(
      JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload)),
    );
    if (word.deviceId !== expected.deviceId) throw new Error('the statement is for another device');
    if (word.nonce !== expected.nonce) throw new Error('the statement answers another question');
    return { word, kid: protectedHeader.kid ?? '' };
  } catch (cause) {
    throw new LayoverError('license/forged', {}, { cause });
  }
}

/** The device secret as a JWE that only the service's escrow opens. */
export async function sealForEscrow(
  { deviceId, deviceSecret }: DeviceIdentity,
  escrowKey: DeviceIdentity['publicKey'],
): Promise<string> {
  const parts = { deviceId, deviceSecret: Buffer.from(deviceSecret).toString('base64url') };
  return new CompactEncrypt(Buffer.from(JSON.stringify(parts)))
    .setProtectedHeader({ alg: algorithms.keyAgreement, enc: algorithms.contentEncryption })
    .encrypt(await importJWK(escrowKey, algorithms.keyAgreement));
}

/** The device secret of a lost identity, as the service sealed it to this one. Error: `license/forged`. */
export async function openRecovered(sealed: string, lostId: string, device: Device): Promise<Uint8Array> {
  try {
    const { plaintext } = await compactDecrypt(sealed, device.privateKey, {
      keyManagementAlgorithms: [algorithms.keyAgreement],
      contentEncryptionAlgorithms: [algorithms.contentEncryption],
    });
    const parts = DeviceSecretParts.parse(JSON.parse(Buffer.from(plaintext).toString('utf8')));
    plaintext.fill(0);
    if (parts.deviceId !== lostId) throw new Error('the secret is of another device');
    return Buffer.from(parts.deviceSecret, 'base64url');
  } catch (cause) {
    throw new LayoverError('license/forged', {}, { cause });
  }
}
