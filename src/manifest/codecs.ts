import type { RenditionKind } from '../shared/presentation.ts';

/** First four characters of RFC 6381 names, lower case. */
const video = new Set(['avc1', 'avc3', 'hvc1', 'hev1', 'dvh1', 'dvhe', 'dva1', 'dvav', 'vp8', 'vp08', 'vp9', 'vp09', 'av01', 'mp4v', 'vvc1', 'vvi1']); // prettier-ignore
const audio = new Set(['mp4a', 'ac-3', 'ec-3', 'ac-4', 'opus', 'flac', 'alac', 'dtsc', 'dtse', 'dtsh', 'dtsl', 'dtsx', 'mha1', 'mhm1', 'vorbis']); // prettier-ignore
const subtitles = new Set(['wvtt', 'stpp']);

/** What a codec carries; undefined when it is not known. */
export function kindOfCodec(codec: string): RenditionKind | undefined {
  const family = (codec.split('.')[0] ?? '').toLowerCase();
  if (video.has(family)) return 'video';
  if (audio.has(family)) return 'audio';
  return subtitles.has(family) ? 'subtitles' : undefined;
}

/** A CODECS list as its members. */
export function codecList(codecs: string): string[] {
  return codecs
    .split(',')
    .map((codec) => codec.trim())
    .filter((codec) => codec !== '');
}
