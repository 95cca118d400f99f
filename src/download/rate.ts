import type { Clock } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Bytes, Ms } from '../shared/units.ts';

const WINDOW_MS: Ms = 5 * SECOND_MS;

const SAMPLE_MS: Ms = 100;

/** Bytes a second over the last five seconds. */
export interface RateMeter {
  add(bytes: Bytes): void;
  bytesPerSecond(): number;
}

export function createRateMeter(clock: Clock): RateMeter {
  const startMs = clock.monotonic();
  let samples: { atMs: Ms; bytes: Bytes }[] = [];
  return {
    add(bytes) {
      const nowMs = clock.monotonic();
      const last = samples.at(-1);
      // Thousands of pieces come in a second.
      if (last && nowMs - last.atMs < SAMPLE_MS) last.bytes += bytes;
      else {
        samples = samples.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
        samples.push({ atMs: nowMs, bytes });
      }
    },
    bytesPerSecond() {
      const nowMs = clock.monotonic();
      const bytes = samples.reduce((sum, one) => (one.atMs > nowMs - WINDOW_MS ? sum + one.bytes : sum), 0);
      // Right after the start the window is shorter; under a second, a burst would look like a miracle.
      return (bytes * SECOND_MS) / Math.max(SECOND_MS, Math.min(WINDOW_MS, nowMs - startMs));
    },
  };
}
