import type { BitsPerSecond, Ms, Seconds } from '../shared/units.ts';

export interface RungState {
  /** Bandwidths of the ladder, lowest first; never empty. */
  readonly rungs: readonly BitsPerSecond[];
  /** Index of the rung that plays; null before the first segment. */
  readonly current: number | null;
  /** null: nothing was measured yet. */
  readonly estimateBitsPerSecond: BitsPerSecond | null;
  readonly bufferSeconds: Seconds;
  /** Monotonic, of the same clock as `lastSwitchAtMs`. */
  readonly nowMs: Ms;
  /** null: there was no switch yet. */
  readonly lastSwitchAtMs: Ms | null;
}

/** Of the estimate, so that its error does not become a stall. */
export const SAFE_SHARE = 0.8;
/** Of an estimate that an earlier play left behind: the link may have changed since. */
export const START_SHARE = 0.5;
/** With less, never up: the next segment might come too late. */
export const LOW_BUFFER_SECONDS: Seconds = 10;
/** With more, up to whatever the estimate carries. */
export const HIGH_BUFFER_SECONDS: Seconds = 30;
export const MIN_SWITCH_INTERVAL_MS: Ms = 10_000;

/**
 * The baseline: start with the lowest rung, or, where an earlier play left an estimate, with the highest at or
 * below half of that (the first segment then costs at most what two seconds bring); the target is the highest at or below 80 % of the estimate; up
 * never with under 10 s of buffer and not within 10 s of a switch; down to the target always, since waiting
 * for it is what stalls.
 *
 * The baseline leaves open what happens from 10 to 30 s of buffer. Here: up, by one rung at a time. A player
 * that keeps 30 s would otherwise stay low for ever, and a step is cheap to take back. Over 30 s: straight to
 * the target. Returns an index of `rungs`.
 */
export function decideRung(state: RungState): number {
  const { rungs, bufferSeconds, estimateBitsPerSecond } = state;
  if (state.current === null)
    return estimateBitsPerSecond === null ? 0 : highestWithin(rungs, estimateBitsPerSecond * START_SHARE);
  const current = Math.min(Math.max(0, state.current), rungs.length - 1);
  if (estimateBitsPerSecond === null) return current;
  const target = highestWithin(rungs, estimateBitsPerSecond * SAFE_SHARE);
  if (target <= current) return target;
  const isTooSoon =
    state.lastSwitchAtMs !== null && state.nowMs - state.lastSwitchAtMs < MIN_SWITCH_INTERVAL_MS;
  if (isTooSoon || bufferSeconds < LOW_BUFFER_SECONDS) return current;
  return bufferSeconds > HIGH_BUFFER_SECONDS ? target : current + 1;
}

/** The lowest rung where none is within. */
function highestWithin(rungs: readonly BitsPerSecond[], limit: BitsPerSecond): number {
  return Math.max(
    0,
    rungs.findLastIndex((rung) => rung <= limit),
  );
}
