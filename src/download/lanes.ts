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
/** Weight of the newest answer. */
const NEWEST = 0.4;

/** How many requests of one download are under way: on a long line more, since each waits a round trip for its answer. */
export interface Lanes {
  readonly wanted: number;
  /** One was answered whole. */
  note(answer: Pick<Streamed, 'timeToFirstByteMs' | 'transferMs' | 'heldMs'>): void;
}

export function createLanes(): Lanes {
  let waitMs: Ms | undefined;
  let carryMs: Ms = 0;
  const mean = (before: Ms, now: Ms) => before + NEWEST * (now - before);
  return {
    get wanted() {
      if (waitMs === undefined || waitMs < SHORT_WAIT_MS) return FEWEST;
      const busyShare = carryMs / (waitMs + carryMs);
      return Math.min(MOST, Math.max(FEWEST, Math.round(BUSY / busyShare)));
    },
    note({ timeToFirstByteMs, transferMs, heldMs }) {
      // What a cap or the disk held back was time in which it did carry.
      const carried = transferMs + heldMs;
      carryMs = waitMs === undefined ? carried : mean(carryMs, carried);
      waitMs = waitMs === undefined ? timeToFirstByteMs : mean(waitMs, timeToFirstByteMs);
    },
  };
}
