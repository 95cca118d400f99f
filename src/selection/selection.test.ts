import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryPresentation } from '../../testing/arbitrary-presentation.ts';
import { isLayoverError } from '../shared/errors.ts';
import { renditionsOf } from '../shared/presentation.ts';
import type { AudioRendition, Presentation, Segment, SubtitleRendition, VideoRendition } from '../shared/presentation.ts'; // prettier-ignore
import { Selection } from '../shared/selection.ts';
import type { SelectionPreferences } from '../shared/selection.ts';
import { languageMatch, propose, selectionOf, sizeOf } from './index.ts';

const segment = (index: number, more: Partial<Segment> = {}): Segment => ({
  index,
  path: `${index}`,
  startSeconds: Math.max(0, index) * 4,
  durationSeconds: index < 0 ? 0 : 4,
  ...more,
});
const integrity = (sizeBytes: number) => ({ sizeBytes, plainBytes: sizeBytes, sha256: '0'.repeat(64) });
const files = { segments: [segment(0), segment(1)] };
const video = (height: number, bandwidthBitsPerSecond: number): VideoRendition => ({
  kind: 'video',
  id: `v-${height}p`,
  bandwidthBitsPerSecond,
  width: height * 2,
  height,
  codecs: '',
  ...files, // prettier-ignore
});
const audio = (language: string, more: Partial<AudioRendition> = {}): AudioRendition => ({
  kind: 'audio',
  id: `a-${language}`,
  bandwidthBitsPerSecond: 128_000,
  language,
  name: language,
  codecs: '',
  isDefault: false,
  ...files,
  ...more, // prettier-ignore
});
const subtitle = (language: string, more: Partial<SubtitleRendition> = {}): SubtitleRendition => ({
  kind: 'subtitles',
  id: `s-${language}`,
  bandwidthBitsPerSecond: 1000,
  language,
  name: language,
  isDefault: false,
  isForced: false,
  ...files,
  ...more, // prettier-ignore
});
const presentation: Presentation = {
  durationSeconds: 8,
  pathways: [{ id: 'origin', baseUrl: 'http://x.example/' }],
  video: [video(240, 400_000), video(480, 1_000_000), video(720, 3_000_000)],
  audio: [audio('es-419'), audio('en', { isDefault: true }), audio('en', { id: 'a-en-hi', bandwidthBitsPerSecond: 384_000 })],
  subtitles: [subtitle('en', { id: 's-en-forced', isForced: true }), subtitle('en'), subtitle('fr-CA'), subtitle('fr')],
}; // prettier-ignore
const chosen = (preferences: Partial<SelectionPreferences>, of = presentation) =>
  propose(of, 'film-1', {
    video: { rule: 'best' },
    audioLanguages: [],
    subtitleLanguages: [],
    audioDescription: false,
    ...preferences,
  }).renditions.map((one) => one.renditionId);
const isNothing = expect.toSatisfy((error) => isLayoverError(error, 'selection/nothing'));

describe('propose', () => {
  it('chooses the video by its rule', () => {
    const [first] = [chosen];
    expect(first({ video: { rule: 'best' } })).toEqual(['v-720p', 'a-en']);
    expect(first({ video: { rule: 'max-height', height: 719 } })[0]).toBe('v-480p');
    expect(first({ video: { rule: 'max-height', height: 100 } })[0]).toBe('v-240p');
    expect(first({ video: { rule: 'data-saver' } })).toEqual(['v-240p', 'a-en']);
    expect(first({ video: { rule: 'screen', height: 480 } })[0]).toBe('v-480p');
    expect(first({ video: { rule: 'rendition', renditionId: 'v-480p' } })[0]).toBe('v-480p');
    expect(() => first({ video: { rule: 'rendition', renditionId: 'v-1080p' } })).toThrow(isNothing);
  });

  it('takes languages in order, exact before prefix, each track once', () => {
    expect(chosen({ audioLanguages: ['es', 'en'] }).slice(1)).toEqual(['a-es-419', 'a-en']);
    expect(chosen({ audioLanguages: ['es', 'es-419', 'ES-419'] }).slice(1)).toEqual(['a-es-419']);
    expect(chosen({ subtitleLanguages: ['fr'] }).slice(2)).toEqual(['s-fr']);
    expect(chosen({ subtitleLanguages: ['fr-CA', 'en'] }).slice(2)).toEqual(['s-fr-CA', 's-en']);
    expect(chosen({ subtitleLanguages: ['de'] })).toEqual(['v-720p', 'a-en']);
  });

  it('takes what describes the picture only for whoever asks for it', () => {
    const described = audio('en', { id: 'a-en-ad', isAudioDescription: true, bandwidthBitsPerSecond: 1 });
    const some = { ...presentation, audio: [described, ...presentation.audio] };
    expect(chosen({ audioLanguages: ['en'], video: { rule: 'data-saver' } }, some).slice(1)).toEqual([
      'a-en',
    ]);
    const wish = { audioDescription: true };
    expect(chosen({ ...wish, audioLanguages: ['es', 'en'] }, some).slice(1)).toEqual([
      'a-es-419',
      'a-en',
      'a-en-ad',
    ]);
    expect(chosen(wish, some).slice(1)).toEqual(['a-en', 'a-en-ad']);
    // In a language that has no other sound it is the sound.
    expect(chosen({ audioLanguages: ['en'] }, { ...some, audio: [described] }).slice(1)).toEqual(['a-en-ad']);
  });

  it('is never silent where there is sound', () => {
    expect(chosen({ audioLanguages: ['de'] }).slice(1)).toEqual(['a-en']);
    const none = { ...presentation, audio: [audio('fr'), audio('it')] };
    expect(chosen({}, none).slice(1)).toEqual(['a-fr']);
  });

  it('has nothing where there is nothing', () => {
    const text = { ...presentation, video: [], audio: [] };
    expect(() => chosen({ subtitleLanguages: ['en'] }, text)).toThrow(isNothing);
    expect(() => selectionOf('x', [])).toThrow(isNothing);
    expect(chosen({}, { ...presentation, video: [] })).toEqual(['a-en']);
  });

  it('is always a valid selection out of what there is, and the saver never heavier than the best', () => {
    const languages = fc.array(fc.constantFrom('en', 'es', 'fr', 'pt', 'zh', 'x y'), { maxLength: 3 });
    fc.assert(
      fc.property(arbitraryPresentation, languages, languages, (any, audioLanguages, subtitleLanguages) => {
        const wish = { audioLanguages, subtitleLanguages, audioDescription: true };
        const best = propose(any, 'v', { ...wish, video: { rule: 'best' } });
        const saver = propose(any, 'v', { ...wish, video: { rule: 'data-saver' } });
        for (const selection of [best, saver]) {
          expect(Selection.parse(selection)).toEqual(selection);
          const ids = selection.renditions.map((one) => one.renditionId);
          expect(new Set(ids).size).toBe(ids.length);
          const known = new Map(renditionsOf(any).map((one) => [one.id, one]));
          expect(ids.every((id) => known.has(id))).toBe(true);
          const kinds = selection.renditions.map((one) => one.kind);
          expect(kinds.filter((kind) => kind === 'video')).toHaveLength(Math.min(1, any.video.length));
          expect(kinds.filter((kind) => kind === 'audio').length).toBeGreaterThan(0);
          expect(selection.size.bytes).toBe(
            selection.renditions.reduce((sum, one) => sum + one.size.bytes, 0),
          );
        }
        expect(saver.size.bytes).toBeLessThanOrEqual(best.size.bytes);
      }),
    );
  });
});

describe('bytes per hour', () => {
  // Two seconds in every hour, an hour in all: a byte an hour is a byte.
  const hour = { ...presentation, durationSeconds: 3600 };
  const within = (maxBytesPerHour: number) =>
    chosen({ video: { rule: 'bytes-per-hour', maxBytesPerHour }, audioLanguages: ['en'] }, hour);
  const rungs = { 240: 400_000, 480: 1_000_000, 720: 3_000_000, sound: 128_000 };

  it('counts the sound, and is kept to the byte', () => {
    expect(within(rungs[480] + rungs.sound)).toEqual(['v-480p', 'a-en']);
    expect(within(rungs[480] + rungs.sound - 1)).toEqual(['v-240p', 'a-en']);
    expect(within(1)).toEqual(['v-240p', 'a-en']);
    expect(chosen({ video: { rule: 'bytes-per-hour', maxBytesPerHour: 2 * rungs[720] } })).toEqual([
      'v-240p',
      'a-en',
    ]);
  });

  it('never goes beyond it unless all do, and with more never to a lesser picture', () => {
    const limits = fc
      .tuple(fc.nat(3e9), fc.nat(3e9))
      .map(([a, b]) => [Math.min(a, b) + 1, Math.max(a, b) + 1] as const);
    const languages = fc.array(fc.constantFrom('en', 'es', 'fr'), { maxLength: 3 });
    fc.assert(
      fc.property(
        arbitraryPresentation,
        limits,
        languages,
        languages,
        (any, [less, more], audioLanguages, subtitleLanguages) => {
          const wish = { audioLanguages, subtitleLanguages, audioDescription: false };
          const at = (maxBytesPerHour: number) =>
            propose(any, 'v', { ...wish, video: { rule: 'bytes-per-hour', maxBytesPerHour } });
          const heightOf = (selection: Selection) =>
            any.video.find(({ id }) => id === selection.renditions[0]?.renditionId)?.height ?? 0;
          expect(heightOf(at(more))).toBeGreaterThanOrEqual(heightOf(at(less)));
          const least = propose(any, 'v', { ...wish, video: { rule: 'data-saver' } });
          for (const limit of [less, more]) {
            const { size } = at(limit);
            if ((size.bytes * 3600) / any.durationSeconds > limit) expect(size).toEqual(least.size);
          }
        },
      ),
    );
  });
});

describe('sizeOf', () => {
  it('is exact from integrity and byte ranges, init segment included', () => {
    const known = {
      ...video(240, 1),
      init: segment(-1, { integrity: integrity(10) }),
      segments: [segment(0, { integrity: integrity(200) }), segment(1, { byteRange: { offsetBytes: 9, lengthBytes: 3000 } })],
    }; // prettier-ignore
    expect(sizeOf(known)).toEqual({ bytes: 3210, exact: true });
    // What is known stays known; only the rest is estimated.
    expect(sizeOf({ ...known, init: segment(-1) })).toEqual({ bytes: 3200, exact: false });
    expect(
      sizeOf({ ...known, bandwidthBitsPerSecond: 80, segments: [...known.segments, segment(2)] }),
    ).toEqual({ bytes: 3250, exact: false });
    expect(sizeOf({ ...known, segments: [...known.segments, segment(2, { isGap: true })] })).toEqual({
      bytes: 3210,
      exact: true,
    });
  });

  it('else is bandwidth by duration, and never nothing for want of a bandwidth', () => {
    expect(sizeOf(video(240, 400_000))).toEqual({ bytes: 400_000, exact: false });
    expect(sizeOf(audio('en', { bandwidthBitsPerSecond: 0, channels: 6 })).bytes).toBe(384_000);
    expect(sizeOf(subtitle('en', { bandwidthBitsPerSecond: 0 })).bytes).toBeGreaterThan(0);
    expect(sizeOf({ ...video(240, 9), segments: [] })).toEqual({ bytes: 0, exact: false });
  });

  it('one estimate makes a sum one', () => {
    const exact = { ...video(240, 1), segments: [segment(0, { integrity: integrity(7) })] };
    expect(selectionOf('x', [exact]).size).toEqual({ bytes: 7, exact: true });
    expect(selectionOf('x', [exact, audio('en')]).size).toEqual({ bytes: 128_007, exact: false });
  });
});

it.each([
  ['es', 'es', 3],
  ['ES', 'es', 3],
  ['spa', 'es', 3],
  ['pt_BR', 'pt-br', 3],
  ['es', 'es-419', 2],
  ['es-MX', 'es', 1],
  ['es-MX', 'es-ES', 0],
  ['e', 'es', 0],
  ['en', 'eng-x', 0],
  ['und', 'und', 0],
  ['', 'en', 0],
])('languageMatch(%j, %j) is %i', (wish, language, match) => {
  expect(languageMatch(wish, language)).toBe(match);
});
