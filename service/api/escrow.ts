import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK } from 'jose';
import { z } from 'zod';
import { DeviceSecretParts } from '../../src/shared/check-in.ts';
import type { DeviceKey } from './db/accounts.ts';
import type { Database } from './db/database.ts';

const PrivateJwk = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});
const ciphers = {
  keyManagementAlgorithms: ['ECDH-ES'],
  contentEncryptionAlgorithms: ['A256GCM'],
};

/** Opens what devices gave into escrow, for nobody but another device of the same account. */
export interface Escrow {
  readonly publicKey: DeviceKey;
  /** undefined: not sealed to this service, or not a device secret. */
  open(sealed: string): Promise<z.infer<typeof DeviceSecretParts> | undefined>;
  seal(parts: z.infer<typeof DeviceSecretParts>, to: DeviceKey): Promise<string>;
}

/** The key is made when it is first needed, and kept. */
export async function openEscrow({ checkIns }: Database): Promise<Escrow> {
  const json = await checkIns.escrowKey(async () => {
    const pair = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
    return JSON.stringify(PrivateJwk.parse(await exportJWK(pair.privateKey)));
  });
  const { d, ...publicKey } = PrivateJwk.parse(JSON.parse(json));
  const privateKey = await importJWK({ ...publicKey, d }, 'ECDH-ES');
  return {
    publicKey,
    async open(sealed) {
      try {
        const { plaintext } = await compactDecrypt(sealed, privateKey, ciphers);
        return DeviceSecretParts.parse(JSON.parse(Buffer.from(plaintext).toString('utf8')));
      } catch {
        return undefined;
      }
    },
    async seal(parts, to) {
      return new CompactEncrypt(Buffer.from(JSON.stringify(parts)))
        .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
        .encrypt(await importJWK(to, 'ECDH-ES'));
    },
  };
}
