import { CompactSign, importJWK } from 'jose';
import { z } from 'zod';
import { CHECK_IN_TYPE } from '../../src/shared/check-in.ts';
import type { CheckInStatement } from '../../src/shared/check-in.ts';
import type { Database } from './db/database.ts';

const PrivateJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string(),
  d: z.string(),
});

/**
 * Signs with the first of the keys that the device named, a retired one too: a device that was away while the keys
 * changed learns the new ones from a key that it trusts already. Else with the service's own of today.
 */
export async function signStatement(
  { signingKeys }: Database,
  statement: CheckInStatement,
  kids: readonly string[],
): Promise<string> {
  const known = await signingKeys.all();
  const key = kids.flatMap((kid) => known.find((one) => one.kid === kid) ?? [])[0] ?? known[0];
  if (!key) throw new Error('there is no signing key');
  return new CompactSign(Buffer.from(JSON.stringify(statement)))
    .setProtectedHeader({ alg: 'EdDSA', kid: key.kid, typ: CHECK_IN_TYPE })
    .sign(await importJWK(PrivateJwk.parse(JSON.parse(key.privateJwk)), 'EdDSA'));
}
