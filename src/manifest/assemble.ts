import type { z } from 'zod';
import { Presentation, Rendition, Segment } from '../shared/presentation.ts';
import type { AudioRendition, Pathway, SubtitleRendition, VideoRendition } from '../shared/presentation.ts';
import type { Seconds } from '../shared/units.ts';
import { malformed, unsupported } from './refuse.ts';
import { endOf } from './timing.ts';

export interface PresentationOptions {
  /** Where the service says the media are, nearest first; without, they are where the manifest says. */
  readonly pathways?: readonly Pathway[] | undefined;
}

/**
 * The last step of every dialect: sorts renditions into a `Presentation` and checks it by its schema, so
 * that whatever slipped through a parser ends as `manifest/malformed` and not further down the path. What
 * the schema makes of a segment is let go again: of a long film there is never a second copy.
 */
export function assemble(
  renditions: Iterable<Rendition>,
  pathways: readonly Pathway[],
  durationSeconds?: Seconds,
  beside: Pick<Presentation, 'title' | 'closedCaptions' | 'contentSteering'> = {},
): Presentation {
  const all = Array.from(renditions, (one) => {
    checked(Rendition, { ...one, segments: [] });
    for (const segment of one.segments) checked(Segment, segment);
    return one;
  });
  const of = <R extends Rendition>(kind: R['kind']) => all.filter((one): one is R => one.kind === kind);
  const video = of<VideoRendition>('video').sort(
    (a, b) => a.bandwidthBitsPerSecond - b.bandwidthBitsPerSecond,
  );
  const audio = of<AudioRendition>('audio');
  const main = video.length > 0 ? video : audio;
  if (main.length === 0) throw unsupported('no-tracks');
  const head = checked(Presentation, {
    durationSeconds: durationSeconds ?? Math.max(...main.map((rendition) => endOf(rendition.segments))),
    pathways: [...pathways],
    video: [],
    audio: [],
    subtitles: [],
    ...beside,
  });
  return { ...head, video, audio, subtitles: of<SubtitleRendition>('subtitles') };
}

function checked<S extends z.ZodType>(schema: S, value: z.input<S>): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw malformed('nothing-usable', { field: issue?.path.join('.') ?? '' }, parsed.error);
}
