import { z } from 'zod';
import type { Database } from '../database/types.ts';
import { FirstPlay } from '../shared/check-in.ts';
import type { Clock, Log, SecretBox } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import { amended } from './amend.ts';
import { createGrantRows } from './grant-rows.ts';
import { createRowSeal } from './row-seal.ts';
import type { TrustedTime } from './types.ts';
import { isBeyondItsTime } from './verdict.ts';

/** What must not be forgotten, as it lies in the operating system's keyring. */
const Remembered = z.object({ floorMs: z.int().nonnegative(), firstPlays: z.array(FirstPlay).max(1000) });

/** Memory outside the user folder, where the host has any: an older folder that is put back wins no time, also offline. */
export interface OutsideRecord {
  /** Puts right what an older state has forgotten. True: it had. Never throws; waits for a slow keyring a second at most. */
  recall(): Promise<boolean>;
  /** Something is to be remembered; written by and by. */
  note(): void;
  /** Resolves when what was noted is written, or could not be. */
  idle(): Promise<void>;
}

const RECALL_WITHIN_MS: Ms = SECOND_MS;

/**
 * The text is authenticated with a key made from the device secret: whoever edits it is found out, and whoever deletes it has
 * what there was without it.
 */
export function createOutsideRecord(from: {
  record: SecretBox['record'];
  database: Database;
  deviceSecret: Uint8Array;
  trustedTime: Pick<TrustedTime, 'now' | 'atLeast'>;
  clock: Clock;
  log: Log;
}): OutsideRecord {
  const { record, database, deviceSecret, trustedTime, clock, log } = from;
  const grants = createGrantRows({ database, deviceSecret, log });
  const seals = createRowSeal(deviceSecret, 'layover outside record 1');
  let writing: Promise<void> | undefined;
  let isDue = false;
  /** A keyring that failed once is not asked again in this run. */
  let isThere = record !== undefined;

  function parse(text: string): z.infer<typeof Remembered> {
    const [json = '', seal = ''] = text.split('.').map((part) => Buffer.from(part, 'base64url'));
    if (!seals.fits([json.toString()], Buffer.from(seal))) throw new Error('the seal does not fit');
    return Remembered.parse(JSON.parse(json.toString()));
  }

  function without(thrown: unknown): null {
    isThere = false;
    log.info('license/no-outside-record', { cause: String(thrown) });
    return null;
  }

  async function read(): Promise<z.infer<typeof Remembered> | null> {
    const text = await (record?.read() ?? null);
    if (!text) return null;
    try {
      return parse(text);
    } catch (thrown) {
      log.warn('license/outside-record-unbelievable', { cause: String(thrown) });
      return null;
    }
  }

  async function write(): Promise<void> {
    while (isDue) {
      isDue = false;
      const firstPlays = grants
        .all()
        .flatMap(({ claims: { licenseId, issuedAtMs }, firstPlayAtMs }) =>
          firstPlayAtMs === null ? [] : [{ licenseId, issuedAtMs, atMs: firstPlayAtMs }],
        );
      const json = JSON.stringify({ floorMs: trustedTime.now(), firstPlays: firstPlays.slice(0, 1000) });
      const parts = [Buffer.from(json), seals.of([json])];
      await record?.write(parts.map((part) => part.toString('base64url')).join('.')).catch(without);
    }
  }

  return {
    async recall() {
      const stop = new AbortController();
      const late = clock.sleep(RECALL_WITHIN_MS, stop.signal).then(
        () => null,
        () => null,
      );
      const known = await Promise.race([read().catch(without), late]);
      stop.abort();
      if (!known) return false;
      const isOlder = isBeyondItsTime(known.floorMs, trustedTime.now());
      trustedTime.atLeast(known.floorMs);
      // Offline nobody can say that a first play lies in the future: only the service mends that.
      const word = { nowMs: Number.MAX_SAFE_INTEGER, revoked: [], firstPlays: known.firstPlays };
      const changed = grants.all().flatMap((grant) => {
        const fresh = amended(grant, word, 0);
        return fresh === grant ? [] : [fresh];
      });
      database.transaction(() => changed.forEach(grants.write));
      if (isOlder || changed.length > 0) log.warn('license/replay-found', { changed: changed.length });
      return isOlder || changed.length > 0;
    },
    note() {
      if (!isThere) return;
      isDue = true;
      writing ??= write().finally(() => (writing = undefined));
    },
    idle: async () => void (await writing),
  };
}
