import { playablesOf } from '../../src/shared/catalog.ts';
import type { Title } from '../../src/shared/catalog.ts';
import { LayoverError } from '../../src/shared/errors.ts';
import type { RenditionSummary } from '../../src/shared/presentation.ts';
import type { Selection, SelectionPreferences, Size } from '../../src/shared/selection.ts';
import { addressFilm, titles } from './titles.ts';

/** What every video comes in, and what of it somebody's wishes would take. */

const video = (height: number, bandwidth: number): RenditionSummary => ({
  kind: 'video',
  id: `v-${height}p`,
  bandwidthBitsPerSecond: bandwidth,
  width: Math.round((height * 16) / 9),
  height,
  codecs: 'avc1.64001f',
});
const audio = (id: string, language: string, more: { isAudioDescription?: true } = {}): RenditionSummary => ({
  kind: 'audio',
  id,
  language,
  name: language,
  codecs: 'mp4a.40.2',
  bandwidthBitsPerSecond: 96_000,
  isDefault: id === 'a-en',
  ...more,
});
const subtitles = (language: string): RenditionSummary => ({
  kind: 'subtitles',
  id: `s-${language}`,
  language,
  name: language,
  bandwidthBitsPerSecond: 120,
  isDefault: false,
  isForced: false,
});
const renditions: RenditionSummary[] = [
  video(240, 400_000),
  video(480, 1_000_000),
  video(720, 3_000_000),
  audio('a-en', 'en'),
  audio('a-en-ad', 'en', { isAudioDescription: true }),
  audio('a-es', 'es'),
  ...['en', 'es', 'fr'].map(subtitles),
];
const pictures = renditions.filter((each) => each.kind === 'video');

export function titleOfVideo(videoId: string): Title {
  const title = [...titles, addressFilm].find((each) =>
    playablesOf(each).some((playable) => playable.videoId === videoId),
  );
  if (!title) throw new LayoverError('catalog/not-found');
  return title;
}

export function playableOf(videoId: string) {
  const found = playablesOf(titleOfVideo(videoId)).find((each) => each.videoId === videoId);
  if (!found) throw new LayoverError('catalog/not-found');
  return found;
}

export const sumOf = (sizes: readonly Size[]): Size => ({
  bytes: sizes.reduce((sum, each) => sum + each.bytes, 0),
  exact: sizes.every((each) => each.exact),
});

function pictureFor(wanted: SelectionPreferences, otherBitsPerSecond: number): string | undefined {
  const rule = wanted.video;
  switch (rule.rule) {
    case 'rendition':
      return rule.renditionId;
    case 'data-saver':
      return pictures[0]?.id;
    case 'best':
      return pictures.at(-1)?.id;
    case 'max-height':
    case 'screen':
      return (pictures.findLast((each) => each.height <= rule.height) ?? pictures[0])?.id;
    case 'bytes-per-hour': {
      const limit = (rule.maxBytesPerHour * 8) / 3_600 - otherBitsPerSecond;
      return (pictures.findLast((each) => each.bandwidthBitsPerSecond <= limit) ?? pictures[0])?.id;
    }
  }
}

/** `night-cargo` publishes no sizes, so what is told of it is an estimate. */
export function offerOf(
  videoId: string,
  wanted: SelectionPreferences,
): { renditions: { rendition: RenditionSummary; size: Size }[]; proposal: Selection } {
  const { durationSeconds } = playableOf(videoId);
  const exact = titleOfVideo(videoId).titleId !== 'night-cargo';
  const sized = renditions.map((rendition) => ({
    rendition,
    size: { bytes: Math.round((rendition.bandwidthBitsPerSecond * durationSeconds) / 8), exact },
  }));
  const spoken = wanted.audioLanguages.length > 0 ? wanted.audioLanguages : ['en'];
  const isHeard = (each: RenditionSummary) =>
    each.kind === 'audio' &&
    spoken.includes(each.language) &&
    (!each.isAudioDescription || wanted.audioDescription);
  const isRead = (each: RenditionSummary) =>
    each.kind === 'subtitles' && wanted.subtitleLanguages.includes(each.language);
  const heard = renditions.filter((each) => isHeard(each) || isRead(each));
  const picture = pictureFor(
    wanted,
    heard.reduce((sum, each) => sum + each.bandwidthBitsPerSecond, 0),
  );
  const taken = sized.filter(({ rendition }) => rendition.id === picture || heard.includes(rendition));
  return {
    renditions: sized,
    proposal: {
      videoId,
      renditions: taken.map(({ rendition, size }) => ({
        renditionId: rendition.id,
        kind: rendition.kind,
        size,
      })),
      size: sumOf(taken.map((each) => each.size)),
    },
  };
}
