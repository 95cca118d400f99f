import type { Presentation, Rendition, Segment, SegmentIntegrity } from '../shared/presentation.ts';
import { endOf } from './timing.ts';

/**
 * Adds what the service publishes about its files, by `Segment.path`. A segment that is a range of a file
 * gets nothing: sizes and digests are of whole files. Where the manifest was silent about a bandwidth (HLS
 * has none for sound and subtitles) it becomes the average that the sizes tell.
 */
export function attachIntegrity(
  presentation: Presentation,
  integrityFiles: Readonly<Record<string, SegmentIntegrity>>,
): Presentation {
  const withIntegrity = (segment: Segment): Segment => {
    const integrity = Object.hasOwn(integrityFiles, segment.path) ? integrityFiles[segment.path] : undefined;
    return integrity && !segment.byteRange ? { ...segment, integrity } : segment;
  };
  const attach = <R extends Rendition>(rendition: R): R => {
    const segments = rendition.segments.map(withIntegrity);
    return {
      ...rendition,
      ...(rendition.init && { init: withIntegrity(rendition.init) }),
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

function averageOf(segments: readonly Segment[]): number {
  if (endOf(segments) === 0 || segments.some((segment) => !segment.integrity)) return 0;
  const bytes = segments.reduce((sum, segment) => sum + (segment.integrity?.sizeBytes ?? 0), 0);
  return Math.ceil((bytes * 8) / endOf(segments));
}
