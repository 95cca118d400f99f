import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** "scrypt$<salt>$<hash>", base64url, with Node's default cost. For passwords and PINs. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(secret.normalize('NFKC'), salt, HASH_BYTES);
  return `scrypt$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** `stored` undefined: there is nothing to match, and finding that out takes as long as a wrong password. */
export async function matchesSecret(secret: string, stored: string | undefined): Promise<boolean> {
  const [, salt = '', hash = ''] = stored?.split('$') ?? [];
  const expected = Buffer.from(hash, 'base64url');
  const given = await derive(secret.normalize('NFKC'), Buffer.from(salt, 'base64url'), HASH_BYTES);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
