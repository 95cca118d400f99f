import type { Database } from '../database/types.ts';
import type { Clock, Log, SecretBox } from '../shared/platform.ts';
import { MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import { amended } from './amend.ts';
import { createGrantRows } from './grant-rows.ts';
import { isGone, nothingRemembered, Remembered, rememberedAfter } from './remembered.ts';
import { createRowSeal } from './row-seal.ts';
import { passedSince } from './trusted-time.ts';
import type { LicenseChange, TrustedTime } from './types.ts';
import { isBeyondItsTime } from './verdict.ts';

/** Memory outside the user folder, where the host has any: an older folder that is put back wins no time, also offline. */
export interface OutsideRecord {
  /**
   * Puts right what an older state has forgotten. True: it had. Never throws; waits for a slow keyring a second at most, and
   * does it when the answer comes after all. From then on time that passes is noted, too.
   */
  recall(): Promise<boolean>;
  /** Something is to be remembered; written by and by. */
  note(): void;
  /** To be called when a license changes (`Licenses.onChange`). What was watched within a grace period is not remembered. */
  changed(videoId: string, what: LicenseChange): void;
  /** Resolves when what was noted is written, or could not be. */
  idle(): Promise<void>;
  /** Notes for the last time, unless it is `unsaid`. Resolves when that is written, or could not be. */
  stop(how?: 'noted' | 'unsaid'): Promise<void>;
}

const RECALL_WITHIN_MS: Ms = SECOND_MS;
/** So much time may be forgotten by a kill and an older folder together, at most. */
const NOTED_EVERY_MS: Ms = 10 * MINUTE_MS;

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
  const ended = new AbortController();
  let remembered = nothingRemembered;
  let learning: Promise<boolean> | undefined;
  let writing: Promise<void> | undefined;
  let isDue = false;
  /** A keyring that failed once is not asked again in this run. */
  let isThere = record !== undefined;

  function parse(text: string): Remembered {
    const [json = '', seal = ''] = text.split('.').map((part) => Buffer.from(part, 'base64url'));
    if (!seals.fits([json.toString()], Buffer.from(seal))) throw new Error('the seal does not fit');
    return Remembered.parse(JSON.parse(json.toString()));
  }

  function without(thrown: unknown): null {
    isThere = false;
    log.info('license/no-outside-record', { cause: String(thrown) });
    return null;
  }

  async function read(): Promise<Remembered | null> {
    const text = await (record?.read() ?? null);
    if (!text) return null;
    try {
      return parse(text);
    } catch (thrown) {
      log.warn('license/outside-record-unbelievable', { cause: String(thrown) });
      return null;
    }
  }

  /** True: what lies here is older than what is remembered, and was put right. */
  async function learn(): Promise<boolean> {
    const known = await read().catch(without);
    if (!known || ended.signal.aborted) return false;
    remembered = known;
    const floorMs = known.floorMs + passedSince(known.uptime, clock.uptime?.());
    const isOlder = isBeyondItsTime(floorMs, trustedTime.now());
    trustedTime.atLeast(floorMs);
    let changes = 0;
    database.transaction(() => {
      for (const grant of grants.all()) {
        const gone = isGone(grant, known);
        if (gone === 'released') {
          grants.remove(grant.claims.videoId);
          grants.owe(grant.claims);
          changes += 1;
          continue;
        }
        // Offline nobody can say that a first play lies in the future: only the service mends that.
        const nowMs = Number.MAX_SAFE_INTEGER;
        const revoked = gone === 'revoked' ? [grant.claims.licenseId] : [];
        const fresh = amended(grant, { nowMs, revoked, firstPlays: known.firstPlays }, null);
        if (fresh === grant) continue;
        const sinceMs = trustedTime.now();
        grants.write(gone === 'revoked' ? { ...fresh, ended: { reason: 'revoked', sinceMs } } : fresh);
        changes += 1;
      }
    });
    if (isOlder || changes > 0) log.warn('license/replay-found', { changed: changes });
    return isOlder || changes > 0;
  }

  async function write(): Promise<void> {
    // First what is there: else an answer that came late would be written over.
    await (learning ??= learn());
    while (isDue && isThere) {
      isDue = false;
      remembered = rememberedAfter(remembered, grants.all(), {
        floorMs: trustedTime.now(),
        uptime: clock.uptime?.() ?? null,
      });
      const json = JSON.stringify(remembered);
      const parts = [Buffer.from(json), seals.of([json])];
      await record?.write(parts.map((part) => part.toString('base64url')).join('.')).catch(without);
    }
  }

  function note(): void {
    if (!isThere) return;
    isDue = true;
    writing ??= write()
      .catch((thrown: unknown) => void without(thrown))
      .finally(() => (writing = undefined));
  }

  async function noteTime(): Promise<void> {
    while (isThere && !ended.signal.aborted) {
      await clock.sleep(NOTED_EVERY_MS, ended.signal);
      note();
    }
  }

  return {
    async recall() {
      const stop = new AbortController();
      const late = clock.sleep(RECALL_WITHIN_MS, stop.signal).then(
        () => false,
        () => false,
      );
      learning ??= learn();
      const isFound = await Promise.race([learning, late]);
      stop.abort();
      noteTime().catch(() => undefined);
      return isFound;
    },
    note,
    changed(_videoId, what) {
      if (what !== 'watched') note();
    },
    idle: async () => void (await writing),
    async stop(how = 'noted') {
      if (how === 'noted') note();
      await writing;
      ended.abort();
    },
  };
}
