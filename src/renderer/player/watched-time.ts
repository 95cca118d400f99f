import type { Seconds } from '../../shared/units.ts';

/** A step longer than this was a jump, not watching: `timeupdate` comes at least every quarter second. */
const LONGEST_STEP_SECONDS = 2;

/** Adds up what was really watched: steps of the playing position. Pausing and seeking add nothing. */
export class WatchedTime {
  private lastSeconds: Seconds | null = null;
  private watchedSeconds: Seconds = 0;

  /** The position while it plays. */
  playedTo(positionSeconds: Seconds): void {
    const step = this.lastSeconds === null ? 0 : positionSeconds - this.lastSeconds;
    if (step > 0 && step <= LONGEST_STEP_SECONDS) this.watchedSeconds += step;
    this.lastSeconds = positionSeconds;
  }

  /** A seek, a pause: the next position is where counting starts again. */
  interrupt(): void {
    this.lastSeconds = null;
  }

  /** What was watched since it was last taken. */
  take(): Seconds {
    const taken = this.watchedSeconds;
    this.watchedSeconds = 0;
    return taken;
  }
}
