import type { RenditionSummary } from '../../src/shared/presentation.ts';

/** A rendition as it lies on disk, ready to be told of in a manifest. */
export interface PackagedRendition {
  readonly summary: RenditionSummary;
  readonly averageBitsPerSecond: number;
  /** Ticks a second of `segments`. */
  readonly timescale: number;
  /** In order; `number` names the file. */
  readonly segments: readonly PackagedSegment[];
}

export interface PackagedSegment {
  readonly number: number;
  readonly start: number;
  readonly duration: number;
  readonly sizeBytes: number;
}

export const INIT_FILE = 'init.mp4';

export function segmentFile(rendition: PackagedRendition, segment: PackagedSegment): string {
  return `${segment.number}.${extensionOf(rendition)}`;
}

export function extensionOf(rendition: PackagedRendition): 'm4s' | 'vtt' {
  return rendition.summary.kind === 'subtitles' ? 'vtt' : 'm4s';
}

/**
 * Peak as RFC 8216 section 4.1 means it: a tail shorter than half a target duration does not count.
 */
export function bitRates(
  segments: readonly PackagedSegment[],
  timescale: number,
): { peak: number; average: number } {
  const longest = Math.max(...segments.map((segment) => segment.duration));
  const full = segments.filter((segment) => segment.duration * 2 >= longest);
  const rate = (bytes: number, ticks: number) => Math.ceil((bytes * 8 * timescale) / ticks);
  const bytes = segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  const ticks = segments.reduce((sum, segment) => sum + segment.duration, 0);
  return {
    peak: Math.max(...full.map((segment) => rate(segment.sizeBytes, segment.duration))),
    average: rate(bytes, ticks),
  };
}
