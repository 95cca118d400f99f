import type { Seconds } from '../shared/units.ts';

/**
 * So far a player may read ahead of what it says was watched: hls.js holds at most ten minutes, however small
 * the pictures are (`maxMaxBufferLength`), and a little is asked for twice when the quality changes.
 */
export const READ_AHEAD_SECONDS: Seconds = 11 * 60;

/** Pictures of one session that were handed to a player since it last said what was watched. */
export interface HandedOut {
  /** One more segment is asked for: how much of it must count as watched before it is handed out. */
  add(index: number, durationSeconds: Seconds): Seconds;
  /** The player spoke. */
  reset(): void;
}

/**
 * First play must be written before the first byte beyond the grace period that somebody watches (issue 4). The
 * player tells what was watched; one that says nothing, because it broke or means to, gets what a player may
 * read ahead, and from there on what it is handed counts as watched. A segment counts once.
 */
export function createHandedOut(): HandedOut {
  const indexes = new Set<number>();
  let seconds: Seconds = 0;
  return {
    add(index, durationSeconds) {
      if (indexes.has(index)) return 0;
      indexes.add(index);
      const before = seconds;
      seconds += durationSeconds;
      return Math.max(0, seconds - Math.max(before, READ_AHEAD_SECONDS));
    },
    reset() {
      indexes.clear();
      seconds = 0;
    },
  };
}
