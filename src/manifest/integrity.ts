import type { Presentation, Rendition, Segment, SegmentIntegrity } from '../shared/presentation.ts';
import { endOf } from './timing.ts';

/**
 * Adds what the service publishes about its files, by `Segment.path`. Sizes and digests are of whole files: a
 * segment that is a range of one gets nothing (its size is the range's), unless the range is the whole file.
 * Where the manifest was silent about a bandwidth (HLS has none for sound and subtitles) it becomes the
 * average that the sizes tell.
 */
export function attachIntegrity(
  presentation: Presentation,
  integrityFiles: Readonly<Record<string, SegmentIntegrity>>,
): Presentation {
  const withIntegrity = (segment: Segment): Segment => {
    const { byteRange, ...whole } = segment;
    const integrity = Object.hasOwn(integrityFiles, segment.path) ? integrityFiles[segment.path] : undefined;
    if (!integrity) return segment;
    if (!byteRange) return { ...segment, integrity };
    const isWhole = byteRange.offsetBytes === 0 && byteRange.lengthBytes === integrity.sizeBytes;
    return isWhole ? { ...whole, integrity } : segment;
  };
  const attach = <R extends Rendition>(rendition: R): R => {
    const segments = rendition.segments.map(withIntegrity);
    return {
      ...rendition,
      ...(rendition.init && { init: withIntegrity(rendition.init) }),
      ...(rendition.laterInits && { laterInits: rendition.laterInits.map(withIntegrity) }),
      segments,
      bandwidthBitsPerSecond: rendition.bandwidthBitsPerSecond || averageOf(segments),
    };
  };
  return {
    ...presentation,
    video: presentation.video.map(attach),
    audio: presentation.audio.map(attach),
    subtitles: presentation.subtitles.map(attach),
  };
}

/** 0: some sizes are not known. Gaps weigh nothing. */
function averageOf(segments: readonly Segment[]): number {
  if (endOf(segments) === 0) return 0;
  let bytes = 0;
  for (const { isGap, byteRange, integrity } of segments) {
    const sizeBytes = isGap ? 0 : (byteRange?.lengthBytes ?? integrity?.sizeBytes);
    if (sizeBytes === undefined) return 0;
    bytes += sizeBytes;
  }
  return Math.ceil((bytes * 8) / endOf(segments));
}
