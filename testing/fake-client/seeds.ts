import type { DownloadView } from '../../src/shared/downloads.ts';
import type { Verdict } from '../../src/shared/license.ts';
import type { SelectionPreferences } from '../../src/shared/selection.ts';
import { offerOf, playableOf, titleOfVideo } from './offer.ts';

export const HOUR = 3_600_000;

export const notStarted = (nowMs: number): Verdict => ({
  allowed: true,
  playableUntilMs: null,
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
  const playable = playableOf(videoId);
  return {
    revision: 0,
    downloadId: `d-${videoId}`,
    videoId,
    titleId: title.titleId,
    titleName: title.name,
    artworkVersion: title.artworkVersion,
    episode: playable.episode ?? null,
    durationSeconds: playable.durationSeconds,
    state: 'queued',
    waitingFor: null,
    waitingUntilMs: null,
    error: null,
    selection: offerOf(videoId, wanted).proposal,
    storedBytes: 0,
    receivedBytes: 0,
    playableSeconds: 0,
    rateBytesPerSecond: 0,
    secondsLeft: null,
    priority: 'normal',
    isPinned: false,
    origin: 'viewer',
    verdict: notStarted(nowMs),
    position: null,
    addedAtMs: nowMs,
    ...changes,
  };
}

/** So many bytes of it are there, and so much of it plays. */
export function withStored(download: DownloadView, storedBytes: number): DownloadView {
  const part = storedBytes / Math.max(1, download.selection.size.bytes);
  const playableSeconds = Math.floor(part * download.durationSeconds);
  return { ...download, storedBytes, receivedBytes: storedBytes, playableSeconds };
}

const standard: SelectionPreferences = {
  video: { rule: 'max-height', height: 720 },
  audioLanguages: ['en'],
  subtitleLanguages: ['es'],
  audioDescription: false,
};

/** One of each kind that a viewer can meet. */
export function seededDownloads(nowMs: number): DownloadView[] {
  const make = (videoId: string, changes: Partial<DownloadView>, part = 1) => {
    const download = newDownload(videoId, standard, nowMs, changes);
    return withStored(download, Math.round(download.selection.size.bytes * part));
  };
  const watched = (videoId: string, positionSeconds: number, completed: boolean) => ({
    profileId: 'ana',
    videoId,
    positionSeconds,
    durationSeconds: 2_460,
    completed,
    watchedAtMs: nowMs - HOUR,
  });
  return [
    make('night-cargo-film', { state: 'downloading', rateBytesPerSecond: 6_400_000, secondsLeft: 210 }, 0.46),
    make('gate-forty-s1e2', { state: 'downloading', rateBytesPerSecond: 2_100_000, secondsLeft: 390 }, 0.12),
    make('gate-forty-s1e3', {}, 0),
    make('harbor-lights-s1e3', { origin: 'auto-next' }, 0),
    make('paper-moons-film', { state: 'paused' }, 0.7),
    make(
      'small-hours-film',
      { state: 'failed', error: { code: 'store/no-space', details: { neededBytes: 1_340_000_000 } } },
      0.3,
    ),
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
      position: watched('harbor-lights-s1e1', 900, false),
    }),
    make('harbor-lights-s1e2', {
      state: 'completed',
      isPinned: true,
      verdict: { ...notStarted(nowMs), startByMs: nowMs + 3 * 24 * HOUR } as Verdict,
    }),
    make('gate-forty-s1e1', { state: 'completed', position: watched('gate-forty-s1e1', 2_450, true) }),
    make('the-salt-road-film', {
      state: 'completed',
      verdict: { allowed: false, reason: 'rental-expired', sinceMs: nowMs - 5 * HOUR, canRenew: true },
    }),
  ];
}
