import { LayoverError } from '../shared/errors.ts';
import type {
  AudioRendition,
  Presentation,
  Rendition,
  SubtitleRendition,
  VideoRendition,
} from '../shared/presentation.ts';
import type { Selection, SelectionPreferences } from '../shared/selection.ts';
import { languageMatch } from './language.ts';
import { sizeOf, sumOfSizes } from './size.ts';

/**
 * What a viewer with these preferences would take: one video, and one track for each language wished for.
 * Where none of the audio languages exists, and where none was named, the default sound: a silent film is
 * nobody's wish. Errors: `selection/nothing` when the wished rendition does not exist, or there is nothing
 * to watch or hear at all.
 */
export function propose(
  presentation: Presentation,
  videoId: string,
  preferences: SelectionPreferences,
): Selection {
  const isSaving = preferences.video.rule === 'data-saver';
  const video = chooseVideo(presentation.video, preferences.video);
  const audio = byLanguage(presentation.audio, preferences.audioLanguages, isSaving);
  if (audio.length === 0) audio.push(...defaultAudio(presentation.audio, isSaving));
  // Forced subtitles belong to their sound, and are no answer to "with subtitles".
  const full = presentation.subtitles.filter((one) => !one.isForced);
  const subtitles = byLanguage(full, preferences.subtitleLanguages, isSaving);
  const chosen: Rendition[] = [...(video ? [video] : []), ...audio, ...subtitles];
  if (!video && audio.length === 0) throw new LayoverError('selection/nothing');
  return selectionOf(videoId, chosen);
}

/** The selection of exactly these renditions. Errors: `selection/nothing` when there are none. */
export function selectionOf(videoId: string, renditions: readonly Rendition[]): Selection {
  if (renditions.length === 0) throw new LayoverError('selection/nothing');
  const selected = renditions.map((one) => ({ renditionId: one.id, kind: one.kind, size: sizeOf(one) }));
  return { videoId, renditions: selected, size: sumOfSizes(selected.map((one) => one.size)) };
}

/** undefined: the presentation has no video, and none in particular was asked for. */
function chooseVideo(
  video: readonly VideoRendition[],
  wish: SelectionPreferences['video'],
): VideoRendition | undefined {
  switch (wish.rule) {
    case 'rendition': {
      const exactly = video.find((one) => one.id === wish.renditionId);
      if (!exactly) throw new LayoverError('selection/nothing');
      return exactly;
    }
    case 'max-height': {
      const within = video.filter((one) => one.height <= wish.height);
      // All are taller: the least of them comes nearest to the wish.
      return within.length > 0 ? best(within) : smallest(video);
    }
    case 'best':
      return best(video);
    case 'data-saver':
      return smallest(video);
  }
}

/** Tallest, then of the highest bandwidth. */
function best(video: readonly VideoRendition[]): VideoRendition | undefined {
  return video.toSorted(
    (a, b) => b.height - a.height || b.bandwidthBitsPerSecond - a.bandwidthBitsPerSecond,
  )[0];
}

/** Least bytes; of equals the first. */
function smallest<R extends Rendition>(some: readonly R[]): R | undefined {
  return some.toSorted((a, b) => sizeOf(a).bytes - sizeOf(b).bytes)[0];
}

/** For each wish the best answer, in order of the wishes, none twice. */
function byLanguage<R extends AudioRendition | SubtitleRendition>(
  some: readonly R[],
  wishes: readonly string[],
  isSaving: boolean,
): R[] {
  const answers = wishes.flatMap((wish) => {
    const matches = some.map((one) => languageMatch(wish, one.language));
    const most = Math.max(0, ...matches);
    const equal = most === 0 ? [] : some.filter((_, at) => matches[at] === most);
    return oneOf(equal, isSaving) ?? [];
  });
  return [...new Set(answers)];
}

function defaultAudio(audio: readonly AudioRendition[], isSaving: boolean): AudioRendition[] {
  const marked = audio.find((one) => one.isDefault) ?? audio[0];
  if (!marked) return [];
  return [
    oneOf(
      audio.filter((one) => one.language === marked.language),
      isSaving,
    ) ?? marked,
  ];
}

/** Of tracks in one language: the default one; to save data the smallest; else the richest. */
function oneOf<R extends AudioRendition | SubtitleRendition>(
  equal: readonly R[],
  isSaving: boolean,
): R | undefined {
  if (isSaving) return smallest(equal);
  return equal.toSorted(
    (a, b) =>
      Number(b.isDefault) - Number(a.isDefault) || b.bandwidthBitsPerSecond - a.bandwidthBitsPerSecond,
  )[0];
}
