import { scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Database } from '../database/types.ts';
import type { Platform } from '../shared/platform.ts';

const derive = promisify<string, Uint8Array, number, Buffer>(scrypt);
const HASH_BYTES = 32;

/**
 * PINs that the service once confirmed, as salted hashes: so a profile stays behind its PIN offline too. A
 * four-digit PIN falls to anyone who holds the file; it keeps children out, not thieves.
 */
export function createPins(database: Database, platform: Pick<Platform, 'random'>) {
  const { sql } = database;
  return {
    async remember(profileId: string, pin: string): Promise<void> {
      const salt = platform.random(16);
      const hash = await derive(pin, salt, HASH_BYTES);
      sql
        .prepare('INSERT OR REPLACE INTO engine_pin VALUES (?, ?, ?)')
        .run(profileId, Buffer.from(salt), hash);
    },
    /** undefined: this computer never saw the right one. */
    async matches(profileId: string, pin: string): Promise<boolean | undefined> {
      const row = sql
        .prepare<[string], { salt: Buffer; hash: Buffer }>(
          'SELECT salt, hash FROM engine_pin WHERE profileId = ?',
        )
        .get(profileId);
      if (row?.hash.length !== HASH_BYTES) return undefined;
      return timingSafeEqual(await derive(pin, row.salt, HASH_BYTES), row.hash);
    },
  };
}
