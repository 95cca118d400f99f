import { LayoverError } from '../shared/errors.ts';
import type { Presentation, Rendition, VideoRendition } from '../shared/presentation.ts';
import type { Selection, SelectionPreferences } from '../shared/selection.ts';
import type { Bytes } from '../shared/units.ts';
import { HOUR_MS, SECOND_MS } from '../shared/units.ts';
import { sizeOf, sumOfSizes } from './size.ts';
import { smallest, tracksFor } from './tracks.ts';

/**
 * What a viewer with these preferences would take: one video, and the tracks for each language wished for
 * (see `tracksFor`). Errors: `selection/nothing` when the wished rendition does not exist, or there is
 * nothing to watch or hear at all.
 */
export function propose(
  presentation: Presentation,
  videoId: string,
  preferences: SelectionPreferences,
): Selection {
  const chosen = choose(presentation, preferences);
  if (chosen.every(({ kind }) => kind === 'subtitles')) throw new LayoverError('selection/nothing');
  return selectionOf(videoId, chosen);
}

/** The selection of exactly these renditions. Errors: `selection/nothing` when there are none. */
export function selectionOf(videoId: string, renditions: readonly Rendition[]): Selection {
  if (renditions.length === 0) throw new LayoverError('selection/nothing');
  const selected = renditions.map((one) => ({ renditionId: one.id, kind: one.kind, size: sizeOf(one) }));
  return { videoId, renditions: selected, size: sumOfSizes(selected.map((one) => one.size)) };
}

function choose(presentation: Presentation, preferences: SelectionPreferences): Rendition[] {
  const { video } = presentation;
  const wish = preferences.video;
  const tracks = (isSaving: boolean) => tracksFor(presentation, preferences, isSaving);
  const withTracks = (picture: VideoRendition | undefined, isSaving = false): Rendition[] => [
    ...(picture ? [picture] : []),
    ...tracks(isSaving),
  ];
  switch (wish.rule) {
    case 'rendition': {
      const exactly = video.find((one) => one.id === wish.renditionId);
      if (!exactly) throw new LayoverError('selection/nothing');
      return withTracks(exactly);
    }
    case 'max-height':
    case 'screen': {
      const within = video.filter((one) => one.height <= wish.height);
      // All are taller: the least of them comes nearest to the wish.
      return withTracks(best(within) ?? smallest(video));
    }
    case 'bytes-per-hour': {
      const mostBytes = (wish.maxBytesPerHour * presentation.durationSeconds * SECOND_MS) / HOUR_MS;
      return withinBytes(video, tracks(false), tracks(true), mostBytes);
    }
    case 'best':
      return withTracks(best(video));
    case 'data-saver':
      return withTracks(smallest(video), true);
  }
}

/**
 * The picture comes first: the best that fits beside the smallest sound; then the richer sound if it still
 * fits. So more bytes never give a lesser picture. Nothing fits: the least of everything.
 */
function withinBytes(
  video: readonly VideoRendition[],
  rich: readonly Rendition[],
  lean: readonly Rendition[],
  mostBytes: Bytes,
): Rendition[] {
  const fits = (some: readonly Rendition[]) => weight(some) <= mostBytes;
  const picture = best(video.filter((one) => fits([one, ...lean]))) ?? smallest(video);
  const first = picture ? [picture] : [];
  return [...first, ...(fits([...first, ...rich]) ? rich : lean)];
}

function weight(some: readonly Rendition[]): Bytes {
  return some.reduce((sum, one) => sum + sizeOf(one).bytes, 0);
}

/** Tallest, then of the highest bandwidth. */
function best(video: readonly VideoRendition[]): VideoRendition | undefined {
  return video.toSorted(
    (a, b) => b.height - a.height || b.bandwidthBitsPerSecond - a.bandwidthBitsPerSecond,
  )[0];
}
