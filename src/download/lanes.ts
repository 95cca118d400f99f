import type { Streamed } from '../cdn/types.ts';
import type { Ms } from '../shared/units.ts';

/** One connection leaves the link idle while it waits for answers; many would starve what is being watched. */
const FEWEST = 4;
/** Below the connections that the pool has for one OCA, and what an OCA gives one client without complaint. */
const MOST = 12;
/** So many are to carry bytes at any time: the window of one connection seldom fills a long line. */
const BUSY = 5;
/** An answer that comes sooner is not worth another connection. */
const SHORT_WAIT_MS: Ms = 20;
/** A first byte that took so long, with its connection: a long line, on which every connection begins slowly. */
const LONG_WAIT_MS: Ms = 100;
/** Weight of the newest answer. */
const NEWEST = 0.4;

/** How many requests of one download are under way: on a long line more, since each waits a round trip for its answer. */
export interface Lanes {
  readonly wanted: number;
  /** The first byte of an answer has come. */
  begun(timeToFirstByteMs: Ms): void;
  /** One was answered whole. */
  note(answer: Pick<Streamed, 'timeToFirstByteMs' | 'transferMs' | 'heldMs'>): void;
}

export function createLanes(): Lanes {
  let waitMs: Ms | undefined;
  let carryMs: Ms = 0;
  /** Answers on connections that had just begun say little of what the line carries. */
  let beginnings = 0;
  let hasBegun = false;
  const mean = (before: Ms, now: Ms) => before + NEWEST * (now - before);
  return {
    get wanted() {
      if (beginnings > 0) return MOST;
      if (waitMs === undefined || waitMs < SHORT_WAIT_MS) return FEWEST;
      const busyShare = carryMs / (waitMs + carryMs);
      return Math.min(MOST, Math.max(FEWEST, Math.round(BUSY / busyShare)));
    },
    begun(timeToFirstByteMs) {
      if (!hasBegun && timeToFirstByteMs >= LONG_WAIT_MS) beginnings = 2 * MOST;
      hasBegun = true;
    },
    note({ timeToFirstByteMs, transferMs, heldMs }) {
      if (beginnings > 0) {
        beginnings -= 1;
        // Held back by a cap: more connections carry nothing more.
        if (heldMs > transferMs) beginnings = 0;
        if (beginnings >= MOST) return;
      }
      // What a cap or the disk held back was time in which it did carry.
      const carried = transferMs + heldMs;
      carryMs = waitMs === undefined ? carried : mean(carryMs, carried);
      waitMs = waitMs === undefined ? timeToFirstByteMs : mean(waitMs, timeToFirstByteMs);
    },
  };
}
