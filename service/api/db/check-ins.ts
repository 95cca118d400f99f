import { z } from 'zod';
import { Id } from '../../../src/shared/catalog.ts';
import { FirstPlay } from '../../../src/shared/check-in.ts';
import type { CheckInBody } from '../../../src/shared/check-in.ts';
import type { Ms } from '../../../src/shared/units.ts';
import { standingRevocation } from './revocations.ts';
import type { Sql } from './sql.ts';

const DeviceState = z.object({
  counter: z.int(),
  requestId: z.string(),
  replayed: z.int().transform((flag) => flag === 1),
});
/** As the license table has it; the two last ones null: held. */
const Standing = z.object({
  licenseId: Id,
  titleId: z.string(),
  videoId: Id,
  issuedAtMs: z.int(),
  releasedAtMs: z.int().nullable(),
  revokedAtMs: z.int().nullable().default(null),
});

export interface CheckedIn {
  readonly counter: number;
  readonly replayed: boolean;
  readonly revoked: string[];
  readonly released: string[];
  readonly firstPlays: FirstPlay[];
}

/** What devices told of themselves, so that an older state of one is recognized. Every function is one atomic step. */
export function createCheckIns(sql: Sql) {
  const standingOf = (accountId: string, deviceId: string, licenseId: string) =>
    sql.one(
      Standing,
      'SELECT * FROM license WHERE accountId = @accountId AND deviceId = @deviceId AND licenseId = @licenseId',
      { accountId, deviceId, licenseId },
    );
  const firstPlayOf = (licenseId: string) =>
    sql.one(FirstPlay, 'SELECT licenseId, issuedAtMs, atMs FROM first_play WHERE licenseId = @licenseId', {
      licenseId,
    });

  /** The earliest counts, per issue; of a later issue the report replaces what is known of an earlier one. */
  function noteFirstPlay(accountId: string, deviceId: string, told: FirstPlay, nowMs: Ms): void {
    const standing = standingOf(accountId, deviceId, told.licenseId);
    if (!standing || told.issuedAtMs > standing.issuedAtMs) return;
    const known = firstPlayOf(told.licenseId);
    if (known && known.issuedAtMs > told.issuedAtMs) return;
    // It was written down before it was told, whatever that clock said.
    const atMs = Math.min(told.atMs, nowMs, known?.issuedAtMs === told.issuedAtMs ? known.atMs : Infinity);
    sql.run('INSERT OR REPLACE INTO first_play VALUES (@licenseId, @issuedAtMs, @atMs)', { ...told, atMs });
  }

  return {
    async checkIn(accountId: string, deviceId: string, body: CheckInBody, nowMs: Ms): Promise<CheckedIn> {
      return sql.transaction(() => {
        const known = sql.one(
          DeviceState,
          'SELECT counter, requestId, replayed FROM device_state WHERE accountId = @accountId AND deviceId = @deviceId',
          { accountId, deviceId },
        );
        const isRepeated = known?.requestId === body.requestId;
        const replayed = known ? (isRepeated ? known.replayed : body.counter < known.counter) : false;
        const counter = isRepeated ? known.counter : Math.max(known?.counter ?? 0, body.counter) + 1;
        sql.run(
          `INSERT INTO device_state (accountId, deviceId, counter, requestId, replayed, floorMs, atMs)
           VALUES (@accountId, @deviceId, @counter, @requestId, @replayed, @floorMs, @nowMs)
           ON CONFLICT DO UPDATE SET counter = excluded.counter, requestId = excluded.requestId,
             replayed = excluded.replayed, floorMs = excluded.floorMs, atMs = excluded.atMs`,
          {
            accountId,
            deviceId,
            counter,
            requestId: body.requestId,
            replayed: replayed ? 1 : 0,
            floorMs: body.floorMs,
            nowMs,
          },
        );
        for (const told of body.firstPlays) noteFirstPlay(accountId, deviceId, told, nowMs);
        const gone = body.held.flatMap((licenseId) => {
          const standing = standingOf(accountId, deviceId, licenseId);
          const isHeld = standing?.releasedAtMs === null && standing.revokedAtMs === null;
          return isHeld ? [] : [{ licenseId, standing }];
        });
        // What was taken back and lifted since is like what was given back: another license may be asked for.
        const isRevoked = ({ standing }: (typeof gone)[number]) =>
          typeof standing?.revokedAtMs === 'number' &&
          standingRevocation(sql, { ...standing, deviceId }) !== undefined;
        return {
          counter,
          replayed,
          revoked: gone.filter(isRevoked).map(({ licenseId }) => licenseId),
          released: gone.filter((one) => !isRevoked(one)).map(({ licenseId }) => licenseId),
          firstPlays: body.held.flatMap((licenseId) => firstPlayOf(licenseId) ?? []),
        };
      });
    },

    async putEscrow(accountId: string, deviceId: string, sealed: string): Promise<void> {
      sql.run('INSERT OR REPLACE INTO device_escrow VALUES (@accountId, @deviceId, @sealed)', {
        accountId,
        deviceId,
        sealed,
      });
    },
    async escrow(accountId: string, deviceId: string): Promise<string | undefined> {
      return sql.one(
        z.object({ sealed: z.string() }),
        'SELECT sealed FROM device_escrow WHERE accountId = @accountId AND deviceId = @deviceId',
        { accountId, deviceId },
      )?.sealed;
    },
    /** JSON of the private key; `made` is what it becomes where there is none yet. */
    async escrowKey(made: () => Promise<string>): Promise<string> {
      const row = z.object({ privateJwk: z.string() });
      const read = () => sql.one(row, 'SELECT privateJwk FROM escrow_key');
      if (!read())
        sql.run('INSERT OR IGNORE INTO escrow_key VALUES (1, @privateJwk)', { privateJwk: await made() });
      const key = read();
      if (!key) throw new Error('there is no escrow key');
      return key.privateJwk;
    },
  };
}
