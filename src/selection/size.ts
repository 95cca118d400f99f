import { filesOf } from '../shared/presentation.ts';
import type { Rendition, Segment } from '../shared/presentation.ts';
import type { Size } from '../shared/selection.ts';
import type { BitsPerSecond, Bytes, Seconds } from '../shared/units.ts';

/**
 * What a rendition weighs on an OCA, init segments included. Exact when every file's size is known (published
 * by the service, or stated as a byte range). What is not known is bandwidth × duration, which a manifest
 * states as a peak, so the estimate is rather too large.
 */
export function sizeOf(rendition: Rendition): Size {
  const files = filesOf(rendition);
  let knownBytes = 0;
  let unknownSeconds: Seconds = 0;
  let unknown = 0;
  for (const file of files) {
    const bytes = knownSize(file);
    knownBytes += bytes ?? 0;
    unknown += bytes === undefined ? 1 : 0;
    unknownSeconds += bytes === undefined ? file.durationSeconds : 0;
  }
  if (files.length > 0 && unknown === 0) return { bytes: knownBytes, exact: true };
  const bandwidth = rendition.bandwidthBitsPerSecond || assumedBandwidth(rendition);
  return { bytes: knownBytes + Math.ceil((bandwidth * unknownSeconds) / 8), exact: false };
}

/** A sum is exact only if every part is. */
export function sumOfSizes(sizes: readonly Size[]): Size {
  return {
    bytes: sizes.reduce((sum, size) => sum + size.bytes, 0),
    exact: sizes.every((size) => size.exact),
  };
}

/** What a picture of this height takes, where nothing states it: a tenth of a bit for each of 25 × 16:9 pixels. */
export function usualVideoBandwidth(height: number): BitsPerSecond {
  return Math.ceil(height * height * (16 / 9) * 25 * 0.1);
}

function knownSize(segment: Segment): Bytes | undefined {
  return segment.byteRange?.lengthBytes ?? segment.integrity?.sizeBytes;
}

/** HLS states no bandwidth for sound and subtitles; nothing at all would be the one estimate surely wrong. */
function assumedBandwidth(rendition: Rendition): BitsPerSecond {
  switch (rendition.kind) {
    case 'video':
      return usualVideoBandwidth(rendition.height || 720);
    case 'audio':
      return 64_000 * (rendition.channels ?? 2);
    case 'subtitles':
      return 1_000;
  }
}
