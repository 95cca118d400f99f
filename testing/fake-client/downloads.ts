import type { DownloadOptions, DownloadView } from '../../src/shared/downloads.ts';
import { LayoverError } from '../../src/shared/errors.ts';
import type { Verdict } from '../../src/shared/license.ts';
import type { RenditionSummary } from '../../src/shared/presentation.ts';
import type { SelectionPreferences } from '../../src/shared/selection.ts';
import { playablesOf } from '../../src/shared/catalog.ts';
import type { Title } from '../../src/shared/catalog.ts';
import { titles } from './titles.ts';

export const HOUR = 3_600_000;

const video = (height: number, bandwidth: number): RenditionSummary => ({
  kind: 'video',
  id: `v-${height}p`,
  bandwidthBitsPerSecond: bandwidth,
  width: Math.round((height * 16) / 9),
  height,
  codecs: 'avc1.64001f',
});
const renditions: RenditionSummary[] = [
  video(240, 400_000),
  video(480, 1_000_000),
  video(720, 3_000_000),
  ...(['en', 'es'] as const).map((language) => ({
    kind: 'audio' as const,
    id: `a-${language}`,
    language,
    name: language,
    codecs: 'mp4a.40.2',
    bandwidthBitsPerSecond: 96_000,
    isDefault: language === 'en',
  })),
  ...(['en', 'es', 'fr'] as const).map((language) => ({
    kind: 'subtitles' as const,
    id: `s-${language}`,
    language,
    name: language,
    bandwidthBitsPerSecond: 120,
    isDefault: false,
    isForced: false,
  })),
];

export function titleOfVideo(videoId: string): Title {
  const title = titles.find((each) => playablesOf(each).some((playable) => playable.videoId === videoId));
  if (!title) throw new LayoverError('catalog/not-found');
  return title;
}

/** `night-cargo` publishes no sizes, so what is told of it is an estimate. */
export function optionsFor(
  videoId: string,
  wanted: SelectionPreferences,
  freeBytes: number,
): DownloadOptions {
  const title = titleOfVideo(videoId);
  const playable = playablesOf(title).find((each) => each.videoId === videoId);
  const seconds = playable?.durationSeconds ?? 0;
  const exact = title.titleId !== 'night-cargo';
  const sized = renditions.map((rendition) => ({
    rendition,
    size: { bytes: Math.round((rendition.bandwidthBitsPerSecond * seconds) / 8), exact },
  }));
  const rule = wanted.video;
  const heights = renditions.flatMap((each) => (each.kind === 'video' ? [each] : []));
  const chosenVideo =
    rule.rule === 'rendition'
      ? rule.renditionId
      : (rule.rule === 'data-saver'
          ? heights[0]
          : heights.findLast((each) => rule.rule === 'best' || each.height <= rule.height)
        )?.id;
  const audio = wanted.audioLanguages.length > 0 ? wanted.audioLanguages : ['en'];
  const taken = sized.filter(({ rendition }) =>
    rendition.kind === 'video'
      ? rendition.id === chosenVideo
      : (rendition.kind === 'audio' ? audio : wanted.subtitleLanguages).includes(rendition.language),
  );
  return {
    videoId,
    renditions: sized,
    proposal: {
      videoId,
      renditions: taken.map(({ rendition, size }) => ({
        renditionId: rendition.id,
        kind: rendition.kind,
        size,
      })),
      size: { bytes: taken.reduce((sum, each) => sum + each.size.bytes, 0), exact },
    },
    freeBytes,
  };
}

export const notStarted = (nowMs: number): Verdict => ({
  allowed: true,
  playableUntilMs: nowMs + 30 * 24 * HOUR,
  startByMs: nowMs + 30 * 24 * HOUR,
  finishWithinSeconds: 48 * 3_600,
  limitedBy: 'rental',
  firstPlayAtMs: null,
  canRenew: true,
});

export function newDownload(
  videoId: string,
  wanted: SelectionPreferences,
  nowMs: number,
  changes: Partial<DownloadView> = {},
): DownloadView {
  const title = titleOfVideo(videoId);
  const playable = playablesOf(title).find((each) => each.videoId === videoId);
  const { proposal } = optionsFor(videoId, wanted, 0);
  return {
    downloadId: `d-${videoId}`,
    videoId,
    titleId: title.titleId,
    titleName: title.name,
    artworkVersion: title.artworkVersion,
    episode: playable?.episode ?? null,
    durationSeconds: playable?.durationSeconds ?? 0,
    state: 'queued',
    waitingFor: null,
    error: null,
    selection: proposal,
    storedBytes: 0,
    rateBytesPerSecond: 0,
    secondsLeft: null,
    verdict: notStarted(nowMs),
    position: null,
    addedAtMs: nowMs,
    ...changes,
  };
}

const standard: SelectionPreferences = {
  video: { rule: 'max-height', height: 720 },
  audioLanguages: ['en'],
  subtitleLanguages: ['es'],
};

/** One of each kind that a viewer can meet. */
export function seededDownloads(nowMs: number): DownloadView[] {
  const make = (videoId: string, changes: Partial<DownloadView>, part = 1) => {
    const download = newDownload(videoId, standard, nowMs, changes);
    return { ...download, storedBytes: Math.round(download.selection.size.bytes * part) };
  };
  return [
    make('harbor-lights-s1e1', {
      state: 'completed',
      verdict: {
        allowed: true,
        playableUntilMs: nowMs + 41.5 * HOUR,
        startByMs: null,
        finishWithinSeconds: 48 * 3_600,
        limitedBy: 'playback',
        firstPlayAtMs: nowMs - 6.5 * HOUR,
        canRenew: true,
      },
      position: {
        profileId: 'ana',
        videoId: 'harbor-lights-s1e1',
        positionSeconds: 900,
        durationSeconds: 2_460,
        completed: false,
        watchedAtMs: nowMs - HOUR,
      },
    }),
    make('harbor-lights-s1e2', {
      state: 'completed',
      verdict: { ...notStarted(nowMs), startByMs: nowMs + 3 * 24 * HOUR } as Verdict,
    }),
    make('night-cargo-film', { state: 'downloading', rateBytesPerSecond: 6_400_000, secondsLeft: 210 }, 0.46),
    make('gate-forty-s1e1', { state: 'waiting', waitingFor: 'network' }, 0.12),
    make('paper-moons-film', { state: 'paused' }, 0.7),
    make(
      'small-hours-film',
      { state: 'failed', error: { code: 'store/no-space', details: { neededBytes: 1_340_000_000 } } },
      0.3,
    ),
    make('the-salt-road-film', {
      state: 'completed',
      verdict: { allowed: false, reason: 'rental-expired', sinceMs: nowMs - 5 * HOUR, canRenew: true },
    }),
  ];
}
