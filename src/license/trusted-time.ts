import { z } from 'zod';
import type { Database, Migration } from '../database/types.ts';
import type { Clock, Log, Uptime } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import type { TrustedTime } from './types.ts';
import { CLOCK_TOLERANCE_MS } from './verdict.ts';

/** TrustedTime with the care for its row: what was known last must outlive a kill. */
export interface PersistentTrustedTime extends TrustedTime {
  /** What the machine's clock says, and what is to be added to it by the service's word. */
  machine(): { readonly nowMs: Ms; readonly correctionMs: Ms };
  /** Writes the floor now: at first play and whatever else must not be forgotten. */
  persist(): void;
  /** Writes the floor for the last time; call before the database is closed. */
  close(): void;
}

/** So much may be forgotten by a kill, at most. */
const PERSIST_EVERY_MS: Ms = 30 * SECOND_MS;

export const trustedTimeMigration: Migration = {
  id: 'license/001-trusted-time',
  up(sql) {
    sql.exec(
      'CREATE TABLE trusted_time (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), floor_ms INTEGER NOT NULL) STRICT',
    );
  },
};
export const clockLeapMigration: Migration = {
  id: 'license/007-clock-leap',
  up(sql) {
    sql.exec('ALTER TABLE trusted_time ADD COLUMN leap_ms INTEGER NOT NULL DEFAULT 0');
  },
};
export const uptimeMigration: Migration = {
  id: 'license/008-uptime',
  up(sql) {
    sql.exec('ALTER TABLE trusted_time ADD COLUMN boot TEXT');
    sql.exec('ALTER TABLE trusted_time ADD COLUMN uptime_ms INTEGER');
  },
};
const FloorRow = z.object({ floor_ms: z.int().nonnegative(), leap_ms: z.int().nonnegative() });
const UptimeRow = z.object({ boot: z.string(), uptime_ms: z.int().nonnegative() });

/** So much two readings of an uptime may differ from what passed between them. */
const UPTIME_GRAIN_MS: Ms = 2 * SECOND_MS;

/** What has passed since `before` was read, at least, whatever any clock was set to; 0 where the machine was restarted since. */
export function passedSince(before: Uptime | null | undefined, now: Uptime | undefined): Ms {
  if (!before || !now || before.boot !== now.boot) return 0;
  return Math.max(0, now.ms - before.ms - UPTIME_GRAIN_MS);
}

/**
 * Design decision 8. The floor is the largest time ever seen; within a run it grows with the monotonic clock
 * and with what the machine has slept, where the system tells.
 * While the app is closed it grows by what the machine has been on, where the system tells and was not restarted.
 * The machine's clock can move it up and never down. The service's word counts for more than the machine's
 * clock: it may take back what a mad clock did, and from then on the machine's clock is read with the error
 * that it was found to have, until it agrees by itself. Never throws: a floor that cannot be read or written
 * is logged, and time goes on.
 */
export function createTrustedTime(from: {
  database: Database;
  clock: Clock;
  log: Log;
}): PersistentTrustedTime {
  const { clock, log } = from;
  const rows = floorRows(from.database, clock, log);
  const kept = rows.read();
  /** What nobody can set: awake and, where the system tells, asleep. */
  const steady = () => clock.monotonic() + (clock.slept?.() ?? 0);
  /** The last known time, and the reading of `steady` that belongs to it. */
  let anchor = { trustedMs: kept?.floorMs ?? clock.now(), steadyMs: steady() };
  /** The largest step that the machine's clock alone made since the service's word: if time is wrong, that is why. */
  let leapMs: Ms = kept?.leapMs ?? 0;
  /** What to add to the machine's clock, by the service's word. Not kept: clocks are set between runs. */
  let correctionMs: Ms = 0;
  let persistedAtSteadyMs = -Infinity;

  const elapsed = () => anchor.trustedMs + Math.max(0, steady() - anchor.steadyMs);
  const raiseTo = (trustedMs: Ms) => {
    anchor = { trustedMs, steadyMs: steady() };
  };

  /**
   * The machine's clock, plain or corrected: of the readings that are not behind, the one that claims less.
   * So a clock that was wrong when the service was heard, and was set right since, is not corrected twice.
   */
  function plausibleWall(): { ms: Ms; isPlain: boolean } | undefined {
    const plain = clock.now();
    const leastMs = elapsed() - CLOCK_TOLERANCE_MS;
    return [
      { ms: plain, isPlain: true },
      { ms: plain + correctionMs, isPlain: false },
    ]
      .filter(({ ms }) => ms >= leastMs)
      .sort((a, b) => a.ms - b.ms)[0];
  }

  function persist(): void {
    persistedAtSteadyMs = steady();
    const floorMs = read();
    rows.write(floorMs, leapMs);
  }

  function read(): Ms {
    const wall = plausibleWall();
    if (wall?.isPlain) correctionMs = 0;
    const aheadMs = wall ? wall.ms - elapsed() : 0;
    if (aheadMs > CLOCK_TOLERANCE_MS) leapMs = Math.max(leapMs, Math.round(aheadMs));
    if (wall && aheadMs > 0) raiseTo(wall.ms);
    return Math.floor(elapsed());
  }

  // What passed while the app was closed counts from here on.
  read();
  return {
    now() {
      if (steady() - persistedAtSteadyMs >= PERSIST_EVERY_MS) persist();
      return read();
    },
    machine: () => ({ nowMs: clock.now(), correctionMs }),
    leapMs() {
      read();
      return leapMs;
    },
    isClockBehind: () => plausibleWall() === undefined,
    atLeast(ms) {
      if (ms <= read()) return;
      raiseTo(ms);
      persist();
    },
    observeServiceTime(nowMs) {
      const differenceMs = nowMs - read();
      // An answer is always a little late: that is no reason to go back.
      const isPoisoned = differenceMs < -CLOCK_TOLERANCE_MS;
      if (isPoisoned) log.warn('license/floor-lowered', { byMs: -differenceMs });
      if (differenceMs > 0 || isPoisoned) raiseTo(nowMs);
      correctionMs = nowMs - clock.now();
      leapMs = 0;
      persist();
    },
    persist,
    close: persist,
  };
}

function floorRows(database: Database, clock: Clock, log: Log) {
  return {
    /** `floorMs`: as it must be by now. */
    read(): { floorMs: Ms; leapMs: Ms } | undefined {
      try {
        const row = database.sql.prepare('SELECT * FROM trusted_time').get();
        if (row === undefined) return undefined;
        const { floor_ms, leap_ms } = FloorRow.parse(row);
        const { data } = UptimeRow.safeParse(row);
        const passedMs = passedSince(data && { boot: data.boot, ms: data.uptime_ms }, clock.uptime?.());
        return { floorMs: floor_ms + passedMs, leapMs: leap_ms };
      } catch (thrown) {
        log.error('license/floor-unreadable', { cause: String(thrown) });
        return undefined;
      }
    },
    write(floorMs: Ms, leapMs: Ms): void {
      try {
        const uptime = clock.uptime?.();
        database.sql
          .prepare(
            `INSERT INTO trusted_time (only_row, floor_ms, leap_ms, boot, uptime_ms) VALUES (1, ?, ?, ?, ?)
             ON CONFLICT DO UPDATE SET floor_ms = excluded.floor_ms, leap_ms = excluded.leap_ms,
               boot = excluded.boot, uptime_ms = excluded.uptime_ms`,
          )
          .run(floorMs, leapMs, uptime?.boot ?? null, uptime?.ms ?? null);
      } catch (thrown) {
        log.error('license/floor-unwritable', { cause: String(thrown) });
      }
    },
  };
}
