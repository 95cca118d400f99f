import type { BitsPerSecond, Bytes, Ms } from '../shared/units.ts';

/** What is believed of the way to the OCAs. A value: it can be kept, sent and compared. */
export interface ThroughputEstimate {
  /** null: nothing was measured yet. */
  readonly bitsPerSecond: BitsPerSecond | null;
  readonly samples: number;
}

/** One transfer over the network. What came from the store tells nothing of the network: leave it out. */
export interface ThroughputSample {
  readonly sizeBytes: Bytes;
  readonly transferMs: Ms;
}

export const noEstimate: ThroughputEstimate = { bitsPerSecond: null, samples: 0 };

const OLD_WEIGHT = 0.8;
const NEW_WEIGHT = 0.2;

/**
 * After each segment 0.8 old + 0.2 new; the first sample is the estimate. A sample without bytes, or that is
 * no number, changes nothing; a transfer too short to be timed counts as one millisecond.
 */
export function addSample(estimate: ThroughputEstimate, sample: ThroughputSample): ThroughputEstimate {
  const measured = (sample.sizeBytes * 8_000) / Math.max(1, sample.transferMs);
  if (!(measured > 0) || !Number.isFinite(measured)) return estimate;
  const old = estimate.bitsPerSecond;
  return {
    bitsPerSecond: old === null ? measured : OLD_WEIGHT * old + NEW_WEIGHT * measured,
    samples: estimate.samples + 1,
  };
}
