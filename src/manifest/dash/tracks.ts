import type { Period } from './mpd.ts';
import type { Representation } from './representation.ts';

/** What becomes one rendition: in each Period one representation, or none. */
export interface Track {
  /** Describes it. */
  readonly main: Representation;
  readonly parts: readonly (Representation | undefined)[];
}

/**
 * Periods come with ladders and languages of their own (advertisements have fewer, and other sizes); a
 * rendition goes through all of them. The longest Period decides which renditions there are; what only
 * another Period has to choose from (a language) is added. In each other Period a rendition takes what is
 * most like it: docs/decisions/010-periods.md.
 */
export function tracksOf(periods: readonly Period[]): Track[] {
  const lengths = periods.map(({ durationSeconds }) => durationSeconds ?? Infinity);
  const longest = periods[lengths.indexOf(Math.max(...lengths))];
  const mains = [...(longest?.representations ?? [])];
  for (const { representations } of periods) {
    const known = new Set(mains.map(choiceOf));
    mains.push(...representations.filter((one) => one.kind !== 'video' && !known.has(choiceOf(one))));
  }
  return mains.map((main) => ({
    main,
    parts: periods.map(({ representations }) =>
      representations.includes(main) ? main : counterpart(main, representations),
    ),
  }));
}

/** What a viewer chooses by, other than quality. */
function choiceOf({ kind, language, isAudioDescription, isForced, isHardOfHearing }: Representation): string {
  if (kind === 'audio') return [kind, language, isAudioDescription].join();
  return [kind, language, isForced, isHardOfHearing].join();
}

/** The most alike of those that can take the place of `main`; undefined: nothing can. */
function counterpart(main: Representation, others: readonly Representation[]): Representation | undefined {
  let best: { one: Representation; distance: readonly number[] } | undefined;
  for (const one of others) {
    if (one.kind !== main.kind || one.container !== main.container) continue;
    // Subtitles in another language are worse than none; sound in another language is better than silence.
    if (main.kind === 'subtitles' && choiceOf(one) !== choiceOf(main)) continue;
    const distance = distanceOf(main, one);
    if (!best || isLess(distance, best.distance)) best = { one, distance };
  }
  return best?.one;
}

/** What weighs most comes first. */
function distanceOf(main: Representation, one: Representation): number[] {
  const differs = <K extends keyof Representation>(key: K) => Number(main[key] !== one[key]);
  const rate = Math.abs(Math.log((one.bandwidthBitsPerSecond + 1) / (main.bandwidthBitsPerSecond + 1)));
  const codec = Number(codecFamily(main) !== codecFamily(one));
  if (main.kind === 'video') {
    const size = Math.abs(one.height - main.height) + Math.abs(one.width - main.width) / 10_000;
    return [codec, size, rate, differs('setId'), differs('id')];
  }
  const language = primary(main.language) === primary(one.language) ? differs('language') : 2;
  const purpose = [differs('isAudioDescription'), differs('isSecondary'), differs('isMain')];
  const channels = Math.abs((one.channels ?? 2) - (main.channels ?? 2));
  return [language, ...purpose, codec, channels, rate, differs('setId'), differs('id')];
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

function codecFamily({ codecs }: Representation): string {
  return codecs.slice(0, 4).toLowerCase();
}

function primary(language: string): string {
  return (language.split('-')[0] ?? '').toLowerCase();
}
