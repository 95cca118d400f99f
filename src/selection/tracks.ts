import type { AudioRendition, Presentation, Rendition, SubtitleRendition } from '../shared/presentation.ts';
import type { SelectionPreferences } from '../shared/selection.ts';
import { languageMatch } from './language.ts';
import { sizeOf } from './size.ts';

type Wishes = Pick<SelectionPreferences, 'audioLanguages' | 'subtitleLanguages' | 'audioDescription'>;
type Track = AudioRendition | SubtitleRendition;

/**
 * The sound and the subtitles for these wishes: one track for each language, in their order; with
 * `audioDescription` also the one that describes the picture in it. Where none of the audio languages exists,
 * and where none was named, the default sound: a silent film is nobody's wish. `isSaving`: of equals the
 * smallest instead of the richest.
 */
export function tracksFor(presentation: Presentation, wishes: Wishes, isSaving: boolean): Track[] {
  const { audio, subtitles } = presentation;
  const byWish = wishes.audioLanguages.flatMap((wish) => inLanguage(audio, wish));
  const groups = byWish.length > 0 ? byWish : [audio.filter(ofDefaultLanguage(audio))];
  const sound = groups.flatMap((group) => soundOf(group, wishes.audioDescription, isSaving));
  // Forced subtitles belong to their sound, and are no answer to "with subtitles".
  const full = subtitles.filter((one) => !one.isForced);
  const text = wishes.subtitleLanguages.flatMap((wish) =>
    inLanguage(full, wish).flatMap((group) => oneOf(plain(group), isSaving) ?? []),
  );
  return [...new Set<Track>([...sound, ...text])];
}

/** All tracks that answer a wish equally well and best; no group when none does. */
function inLanguage<R extends Track>(some: readonly R[], wish: string): R[][] {
  const matches = some.map((one) => languageMatch(wish, one.language));
  const most = Math.max(0, ...matches);
  return most === 0 ? [] : [some.filter((_, at) => matches[at] === most)];
}

function ofDefaultLanguage(audio: readonly AudioRendition[]): (one: AudioRendition) => boolean {
  const marked = audio.find((one) => one.isDefault) ?? audio[0];
  return ({ language }) => language === marked?.language;
}

function soundOf(
  group: readonly AudioRendition[],
  isDescribed: boolean,
  isSaving: boolean,
): AudioRendition[] {
  const describing = group.filter((one) => one.isAudioDescription);
  const own = oneOf(plain(group), isSaving);
  const described = isDescribed ? oneOf(describing, isSaving) : undefined;
  return [...(own ? [own] : []), ...(described ? [described] : [])];
}

/** Tracks for a special need are for whoever asks for them, unless there are no others. */
function plain<R extends Track>(group: readonly R[]): readonly R[] {
  const own = group.filter((one) => (one.kind === 'audio' ? !one.isAudioDescription : !one.isHardOfHearing));
  return own.length > 0 ? own : group;
}

/** Of tracks in one language: the default one; to save data the smallest; else the richest. */
function oneOf<R extends Track>(equal: readonly R[], isSaving: boolean): R | undefined {
  if (isSaving) return smallest(equal);
  return equal.toSorted(
    (a, b) =>
      Number(b.isDefault) - Number(a.isDefault) || b.bandwidthBitsPerSecond - a.bandwidthBitsPerSecond,
  )[0];
}

/** Least bytes; of equals the first. */
export function smallest<R extends Rendition>(some: readonly R[]): R | undefined {
  return some.toSorted((a, b) => sizeOf(a).bytes - sizeOf(b).bytes)[0];
}
