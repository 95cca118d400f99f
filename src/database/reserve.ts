import fs from 'node:fs';
import type { Log } from '../shared/platform.ts';
import { codeOf, isDiskFull } from './sqlite-errors.ts';

/** Enough for SQLite's log of a transaction that removes a whole season. */
const RESERVE_BYTES = 2 * 1024 * 1024;

export interface Reserve {
  /** Sets the room aside if it is not; a disk that is too full for it is no error. */
  refill(): void;
  /** Gives the room back to the disk; false when there was none. */
  spend(): boolean;
}

/**
 * Room on the disk for the one kind of work that must succeed on a full disk: removing things. SQLite needs to
 * write before it can delete.
 */
export function createReserve(file: string, log: Log): Reserve {
  return {
    refill() {
      try {
        if (fs.existsSync(file) && fs.statSync(file).size === RESERVE_BYTES) return;
        // Not zeros: some file systems store those without taking room.
        fs.writeFileSync(file, Buffer.alloc(RESERVE_BYTES, 'layover'));
      } catch (thrown) {
        if (isDiskFull(thrown)) fs.truncateSync(file);
        log.warn('database/no-reserve', { reason: codeOf(thrown) });
      }
    },
    spend() {
      if (!fs.existsSync(file) || fs.statSync(file).size === 0) return false;
      fs.truncateSync(file);
      return true;
    },
  };
}
