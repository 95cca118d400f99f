import type { Bytes } from '../shared/units.ts';

/**
 * How often a session may ask again where it has failed: OCAs that break off again and again must not be asked
 * for ever, and a link that keeps breaking must not end a download that comes along. Progress refills it.
 */
export interface RetryBudget {
  /** One more try. False: not any more, until bytes have come. */
  spend(): boolean;
  earn(bytes: Bytes): void;
}

const MOST_TRIES = 8;
/** A link that gives this much between two breaks is worth going on with. */
const BYTES_PER_TRY: Bytes = 64 * 1024;

export function createRetryBudget(): RetryBudget {
  let tries = MOST_TRIES;
  return {
    spend() {
      if (tries < 1) return false;
      tries -= 1;
      return true;
    },
    earn(bytes) {
      tries = Math.min(MOST_TRIES, tries + bytes / BYTES_PER_TRY);
    },
  };
}
