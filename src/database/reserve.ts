import fs from 'node:fs';
import type { Log } from '../shared/platform.ts';
import type { Bytes } from '../shared/units.ts';
import { codeOf, isDiskFull } from './sqlite-errors.ts';

/** Enough for SQLite's log of a transaction that removes a whole season. */
export const TO_REMOVE_BYTES: Bytes = 2 * 1024 * 1024;
/** Enough for some minutes of notes on what is watched; then the log is written back, and its room used again. */
export const TO_WATCH_BYTES: Bytes = 512 * 1024;

export interface Reserve {
  /** Sets the room aside if it is not; a disk that is too full for it is no error. */
  refill(): void;
  /** Gives the room back to the disk; false when there was none. */
  spend(): boolean;
}

/**
 * Room on the disk for work that must succeed on a full one. Two kinds: removing things, since SQLite needs to write before it
 * can delete; and noting what is watched, since nothing that is not noted is played. Each has its own, so that neither takes
 * the other's.
 */
export function createReserve(file: string, sizeBytes: Bytes, log: Log): Reserve {
  return {
    refill() {
      try {
        if (fs.existsSync(file) && fs.statSync(file).size === sizeBytes) return;
        // Not zeros: some file systems store those without taking room.
        fs.writeFileSync(file, Buffer.alloc(sizeBytes, 'layover'));
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
