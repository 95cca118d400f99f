/** One quality that is made of a video. Bit rates stay below those of the service's ladder. */
export interface Rung {
  readonly renditionId: string;
  /** Fixed for the demo's 16:9 pictures; otherwise the width follows from the source's shape. */
  readonly width: number;
  readonly height: number;
  readonly maxBitsPerSecond: number;
  /** x264's constant quality: what a still picture needs, below the maximum. */
  readonly quality: number;
}

/** Lowest first: that is also the order in which segment numbers are given out. */
export const ladder: readonly Rung[] = [
  { renditionId: 'v-240p', width: 426, height: 240, maxBitsPerSecond: 300_000, quality: 27 },
  { renditionId: 'v-480p', width: 854, height: 480, maxBitsPerSecond: 800_000, quality: 26 },
  { renditionId: 'v-720p', width: 1280, height: 720, maxBitsPerSecond: 2_000_000, quality: 25 },
];

export const SEGMENT_SECONDS = 4;

/** The rungs for a source so high: nothing is scaled up, and a tiny source gets one rung of its own height. */
export function rungsFor(sourceHeight: number): Rung[] {
  const fitting = ladder.filter((rung) => rung.height <= sourceHeight);
  if (fitting.length > 0) return fitting;
  const [lowest] = ladder;
  if (!lowest) return [];
  const height = Math.max(2, sourceHeight - (sourceHeight % 2));
  return [{ ...lowest, renditionId: `v-${height}p`, height }];
}

/** 24, 25 or 30: whichever is nearest, after halving the high rates (50 and 60 become 25 and 30). */
export function frameRateFor(sourceFrameRate: number): 24 | 25 | 30 {
  const rate = sourceFrameRate > 40 ? sourceFrameRate / 2 : sourceFrameRate;
  if (rate < 24.5) return 24;
  return rate < 27.5 ? 25 : 30;
}
