import { z } from 'zod';
import type { Database, Migration } from '../database/types.ts';
import type { Log } from '../shared/platform.ts';
import { createRowSeal } from './row-seal.ts';

export const checkInMigration: Migration = {
  id: 'license/006-check-ins',
  up(sql) {
    sql.exec(
      'CREATE TABLE check_ins (account_id TEXT PRIMARY KEY, state_json TEXT NOT NULL, seal BLOB NOT NULL) STRICT',
    );
  },
};

/** What is kept between two meetings with the service, for each account. */
const CheckInState = z.object({
  /** As the service's last statement said. */
  counter: z.int().nonnegative(),
  /** Of a question whose answer has not come. */
  requestId: z.string().nullable(),
  /** By which device and to which escrow key (its x) the device secret was sealed; null: it is not in escrow. */
  escrowedTo: z.string().nullable(),
  /** When that statement came, by trusted time as it was then. */
  heardAtMs: z.int().nonnegative().nullable().default(null),
});
export type CheckInState = z.infer<typeof CheckInState>;

const Row = z.object({ state_json: z.string(), seal: z.instanceof(Uint8Array) });
const never: CheckInState = { counter: 0, requestId: null, escrowedTo: null, heardAtMs: null };

export interface CheckInRows {
  read(accountId: string): CheckInState;
  write(accountId: string, state: CheckInState): void;
}

/** A row that cannot be believed reads as if there had been no meeting: the service then says that it knows better. */
export function createCheckInRows(from: {
  database: Database;
  deviceSecret: Uint8Array;
  log: Log;
}): CheckInRows {
  const { sql } = from.database;
  const seals = createRowSeal(from.deviceSecret, 'layover check-in rows 1');
  const one = sql.prepare('SELECT state_json, seal FROM check_ins WHERE account_id = ?');
  const put = sql.prepare('INSERT OR REPLACE INTO check_ins VALUES (?, ?, ?)');
  return {
    read(accountId) {
      const found = one.get(accountId);
      if (found === undefined) return never;
      try {
        const { state_json, seal } = Row.parse(found);
        if (!seals.fits([accountId, state_json], seal)) throw new Error('the seal does not fit');
        return CheckInState.parse(JSON.parse(state_json));
      } catch (thrown) {
        from.log.warn('license/check-in-row-unbelievable', { cause: String(thrown) });
        return never;
      }
    },
    write(accountId, state) {
      const json = JSON.stringify(CheckInState.parse(state));
      put.run(accountId, json, seals.of([accountId, json]));
    },
  };
}
