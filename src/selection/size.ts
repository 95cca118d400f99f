import { filesOf } from '../shared/presentation.ts';
import type { Rendition, Segment } from '../shared/presentation.ts';
import type { Size } from '../shared/selection.ts';
import type { BitsPerSecond, Bytes, Seconds } from '../shared/units.ts';

/**
 * What a rendition weighs on an OCA, init segment included. Exact when every file's size is known (published
 * by the service, or stated as a byte range); else bandwidth × duration, which a manifest states as a peak,
 * so the estimate is rather too large.
 */
export function sizeOf(rendition: Rendition): Size {
  const sizes = filesOf(rendition).map(knownSize);
  if (sizes.length > 0 && sizes.every((size) => size !== undefined))
    return { bytes: sizes.reduce((sum, size) => sum + size, 0), exact: true };
  const bandwidth = rendition.bandwidthBitsPerSecond || assumedBandwidth(rendition);
  return { bytes: Math.ceil((bandwidth * durationOf(rendition)) / 8), exact: false };
}

/** A sum is exact only if every part is. */
export function sumOfSizes(sizes: readonly Size[]): Size {
  return {
    bytes: sizes.reduce((sum, size) => sum + size.bytes, 0),
    exact: sizes.every((size) => size.exact),
  };
}

function knownSize(segment: Segment): Bytes | undefined {
  return segment.byteRange?.lengthBytes ?? segment.integrity?.sizeBytes;
}

function durationOf(rendition: Rendition): Seconds {
  return rendition.segments.reduce((sum, segment) => sum + segment.durationSeconds, 0);
}

/** HLS states no bandwidth for sound and subtitles; nothing at all would be the one estimate surely wrong. */
function assumedBandwidth(rendition: Rendition): BitsPerSecond {
  switch (rendition.kind) {
    case 'video':
      return 3_000_000;
    case 'audio':
      return 64_000 * (rendition.channels ?? 2);
    case 'subtitles':
      return 1_000;
  }
}
