import type { Seconds } from '../shared/units.ts';

/**
 * Seconds to the microsecond. Durations come as decimals or as ticks; rounding each sum keeps two manifests
 * of the same media equal, and a long sum from drifting.
 */
export function toMicros(seconds: Seconds): Seconds {
  return Math.round(seconds * 1e6) / 1e6;
}

/** End of the last segment; 0 without segments. */
export function endOf(segments: readonly { startSeconds: Seconds; durationSeconds: Seconds }[]): Seconds {
  const last = segments.at(-1);
  return last ? toMicros(last.startSeconds + last.durationSeconds) : 0;
}
