import { z } from 'zod';
import type { Ms } from '../../../src/shared/units.ts';
import type { Sql } from './sql.ts';

const KeyRow = z.object({ kid: z.string(), privateJwk: z.string() });

/** The keys that licenses are signed with; `privateJwk` is JSON. */
export function createSigningKeys(sql: Sql) {
  return {
    async all(): Promise<z.infer<typeof KeyRow>[]> {
      return sql.all(KeyRow, 'SELECT kid, privateJwk FROM signing_key ORDER BY madeAtMs DESC, kid');
    },
    async add(key: { kid: string; privateJwk: string; madeAtMs: Ms }): Promise<void> {
      sql.run('INSERT INTO signing_key VALUES (@kid, @privateJwk, @madeAtMs)', key);
    },
  };
}
