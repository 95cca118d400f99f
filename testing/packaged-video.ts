import { segmentNumber } from '../service/encoder/encryption.ts';
import { mpd } from '../service/encoder/dash.ts';
import { mediaPlaylist, multivariantPlaylist } from '../service/encoder/hls.ts';
import type { PackagedRendition } from '../service/encoder/packaged.ts';
import type { RenditionSummary } from '../src/shared/presentation.ts';

/** The service's manifests of a video that was never encoded: text without media. */
export interface PackagedVideo {
  readonly videoId: string;
  readonly renditions: PackagedRendition[];
  readonly multivariant: string;
  /** By rendition id. */
  readonly media: Map<string, string>;
  readonly mpd: string;
}

const AUDIO_RATE = 48_000;
const VIDEO_RATE = 12_288;

/**
 * Three rungs, two languages of sound, three of subtitles; `segments` pieces of 4 s and a last one of 2.5 s.
 * Sound is cut at frames of 1024 samples, so its durations are not round.
 */
export function packagedVideo(videoId = 'film-1', segments = 5): PackagedVideo {
  const language = (id: string) => ({ en: 'English', es: 'Español', fr: 'Français' })[id] ?? id;
  const rung = (height: number, width: number, bandwidthBitsPerSecond: number): RenditionSummary => ({
    kind: 'video',
    id: `v-${height}p`,
    bandwidthBitsPerSecond,
    width,
    height,
    frameRate: 24,
    codecs: 'avc1.64001f',
  });
  const summaries: RenditionSummary[] = [
    rung(240, 426, 400_000),
    rung(480, 854, 1_000_000),
    rung(720, 1280, 3_000_000),
    ...['en', 'es'].map((id): RenditionSummary => ({
      kind: 'audio',
      id: `a-${id}`,
      bandwidthBitsPerSecond: 128_000,
      language: id,
      name: language(id),
      codecs: 'mp4a.40.2',
      channels: 2,
      isDefault: id === 'en',
    })),
    ...['en', 'es', 'fr'].map((id): RenditionSummary => ({
      kind: 'subtitles',
      id: `s-${id}`,
      bandwidthBitsPerSecond: 1_000,
      language: id,
      name: language(id),
      isDefault: false,
      isForced: false,
    })),
  ];
  const renditions = summaries.map((summary, at) => packaged(summary, at, segments));
  return {
    videoId,
    renditions,
    multivariant: multivariantPlaylist(renditions),
    media: new Map(renditions.map((one) => [one.summary.id, mediaPlaylist(one, videoId)])),
    mpd: mpd(renditions, videoId, segments * 4 + 2.5),
  };
}

function packaged(summary: RenditionSummary, at: number, segments: number): PackagedRendition {
  const timescale = { video: VIDEO_RATE, audio: AUDIO_RATE, subtitles: 1000 }[summary.kind];
  const grain = summary.kind === 'audio' ? 1024 : 1;
  const cut = (seconds: number) => Math.round((seconds * timescale) / grain) * grain;
  const end = segments * 4 + 2.5;
  const cuts = summary.kind === 'subtitles' ? [0] : Array.from({ length: segments + 1 }, (_, i) => i * 4);
  return {
    summary,
    averageBitsPerSecond: summary.bandwidthBitsPerSecond,
    timescale,
    segments: cuts.map((seconds, i) => ({
      number: segmentNumber(at, i),
      start: cut(seconds),
      duration: cut(cuts[i + 1] ?? end) - cut(seconds),
      sizeBytes: Math.ceil((summary.bandwidthBitsPerSecond * 4) / 8),
    })),
  };
}
