import { z } from 'zod';
import { Episode, Id } from './catalog.ts';
import { ErrorValue } from './errors.ts';
import { Verdict } from './license.ts';
import { RenditionSummary } from './presentation.ts';
import { WatchPosition } from './progress.ts';
import { Selection, Size } from './selection.ts';

/** What the window and the command line are told of downloads and of where they lie. */

export const DownloadState = z.enum([
  /** Its turn has not come. */
  'queued',
  /** Something must come first: see `waitingFor`. */
  'waiting',
  'downloading',
  'paused',
  'verifying',
  'completed',
  'failed',
  'removing',
]);
export type DownloadState = z.infer<typeof DownloadState>;

export const WaitingFor = z.enum([
  'network',
  'service',
  'oca',
  'license',
  /** The network in use costs by the byte, and the viewer has not allowed that. */
  'unmetered-network',
  'charger',
  /** The viewer's hours for downloading. */
  'schedule',
  /** Its bytes would leave less free than the viewer's floor, or go beyond the budget. */
  'space',
  /** The drive that downloads lie on is not there. */
  'storage-place',
  /** Something is being watched, and needs the link. */
  'playback',
]);
export type WaitingFor = z.infer<typeof WaitingFor>;

export const DownloadPriority = z.enum(['high', 'normal', 'low']);
export type DownloadPriority = z.infer<typeof DownloadPriority>;

export const DownloadView = z.object({
  /** A later view, of whichever download, has a greater one: answers and events may overtake each other. */
  revision: z.int().nonnegative(),
  downloadId: Id,
  videoId: Id,
  titleId: Id,
  titleName: z.string(),
  artworkVersion: z.string(),
  episode: Episode.pick({ seasonNumber: true, episodeNumber: true, name: true }).nullable(),
  durationSeconds: z.number(),
  state: DownloadState,
  waitingFor: WaitingFor.nullable(),
  /** When what is waited for is known to come (the schedule's hour, a retry), by the wall clock. */
  waitingUntilMs: z.int().nullable(),
  /** Why it failed, or what is being waited out. */
  error: ErrorValue.nullable(),
  selection: Selection,
  /** Of what is stored and verified, in OCA bytes, so that it is comparable with `selection.size`. */
  storedBytes: z.int().nonnegative(),
  /** With what has come of segments that are not whole yet: never less than `storedBytes`, moves within segments. */
  receivedBytes: z.int().nonnegative(),
  /** From the start of the video, what of it could be played just now without a network. */
  playableSeconds: z.number().nonnegative(),
  rateBytesPerSecond: z.number().nonnegative(),
  /** null: not known yet. */
  secondsLeft: z.number().nonnegative().nullable(),
  priority: DownloadPriority,
  /** Never removed by itself, whatever the budget says. */
  isPinned: z.boolean(),
  /** Who asked for it: the viewer, or the rule that keeps the next episodes ready. */
  origin: z.enum(['viewer', 'auto-next']),
  verdict: Verdict,
  position: WatchPosition.nullable(),
  addedAtMs: z.int(),
});
export type DownloadView = z.infer<typeof DownloadView>;

// --- before a download -------------------------------------------------------------------------------

/** Something that could go to make room, most dispensable first. */
export const RemovableDownload = z.object({
  downloadId: Id,
  titleName: z.string(),
  episode: DownloadView.shape.episode,
  sizeBytes: z.int().nonnegative(),
  why: z.enum(['watched', 'expired', 'failed', 'partly-watched', 'not-watched']),
});
export type RemovableDownload = z.infer<typeof RemovableDownload>;

/** Whether something fits, said before anything starts. */
export const Fit = z.object({
  neededBytes: z.int().nonnegative(),
  /** What downloads may still take: free, less what is reserved and the floor, and within the budget. */
  availableBytes: z.int().nonnegative(),
  /** 0: it fits. */
  shortfallBytes: z.int().nonnegative(),
  limitedBy: z.enum(['disk', 'budget']).nullable(),
  /** Empty when it fits. Pinned downloads are never named. */
  couldRemove: z.array(RemovableDownload),
});
export type Fit = z.infer<typeof Fit>;

/** What can be chosen for a video, with what each choice weighs. */
export const DownloadOptions = z.object({
  videoId: Id,
  renditions: z.array(z.object({ rendition: RenditionSummary, size: Size })),
  /** What the viewer's preferences would take. */
  proposal: Selection,
  /** Of the proposal. */
  fit: Fit,
  freeBytes: z.int().nonnegative(),
});
export type DownloadOptions = z.infer<typeof DownloadOptions>;

/** Several episodes at once. */
export const EpisodeScope = z.discriminatedUnion('scope', [
  z.object({ scope: z.literal('season'), seasonNumber: z.int().nonnegative() }),
  /** The next ones that are neither watched nor downloaded. */
  z.object({ scope: z.literal('next'), count: z.int().min(1).max(50) }),
]);
export type EpisodeScope = z.infer<typeof EpisodeScope>;

export const EpisodesOptions = z.object({
  titleId: Id,
  episodes: z.array(
    z.object({
      videoId: Id,
      episode: Episode.pick({ seasonNumber: true, episodeNumber: true, name: true }),
      size: Size,
      /** null: not downloaded. */
      state: DownloadState.nullable(),
      isWatched: z.boolean(),
    }),
  ),
  /** Of those that are not downloaded yet. */
  size: Size,
  fit: Fit,
});
export type EpisodesOptions = z.infer<typeof EpisodesOptions>;

/**
 * A download that a rule of the viewer's own removed. Kept, and shown as a message that can be put away, until
 * the viewer has seen it (`downloads.removedByRule`, `downloads.seenRemoved`): it may have gone overnight.
 */
export const RemovedByRule = z.object({
  downloadId: Id,
  videoId: Id,
  titleId: Id,
  titleName: z.string(),
  episode: DownloadView.shape.episode,
  sizeBytes: z.int().nonnegative(),
  /** `watched`: it was watched to its end (`removeWatched`). `budget`: others would have gone beyond the budget. */
  why: z.enum(['watched', 'budget']),
  removedAtMs: z.int(),
});
export type RemovedByRule = z.infer<typeof RemovedByRule>;

// --- where downloads lie -----------------------------------------------------------------------------

export const StorageView = z.object({
  /** A later view has a greater one: answers and events may overtake each other on their way. */
  revision: z.int().nonnegative(),
  folder: z.string(),
  /** False: the drive is not plugged in; nothing is lost. */
  isPresent: z.boolean(),
  usedBytes: z.int().nonnegative(),
  /** Taken for downloads that are not complete yet. */
  reservedBytes: z.int().nonnegative(),
  freeBytes: z.int().nonnegative(),
  /** Of the disk; null: not known. */
  diskBytes: z.int().nonnegative().nullable(),
  budgetBytes: z.int().positive().nullable(),
  /** Parts of `usedBytes`, for the bar; they add up to it. */
  watchedBytes: z.int().nonnegative(),
  unwatchedBytes: z.int().nonnegative(),
  pinnedBytes: z.int().nonnegative(),
  move: z
    .object({
      toFolder: z.string(),
      movedBytes: z.int().nonnegative(),
      totalBytes: z.int().nonnegative(),
    })
    .nullable(),
  /** Why the last move did not come to its end; null: it did, or there was none. */
  moveError: ErrorValue.nullable(),
  check: z
    .object({
      checkedBytes: z.int().nonnegative(),
      totalBytes: z.int().nonnegative(),
      damagedSegments: z.int().nonnegative(),
    })
    .nullable(),
  lastCheck: z.object({ finishedAtMs: z.int(), damagedSegments: z.int().nonnegative() }).nullable(),
});
export type StorageView = z.infer<typeof StorageView>;

/** A folder that downloads could lie in. */
export const StoragePlace = z.object({
  folder: z.string(),
  freeBytes: z.int().nonnegative(),
  diskBytes: z.int().nonnegative().nullable(),
  isCurrent: z.boolean(),
  /** Why it cannot be used. */
  problem: ErrorValue.nullable(),
});
export type StoragePlace = z.infer<typeof StoragePlace>;

/** A series of which the next episodes are kept ready. */
export const FollowedTitle = z.object({
  titleId: Id,
  titleName: z.string(),
  keepNext: z.int().min(1).max(10),
});
export type FollowedTitle = z.infer<typeof FollowedTitle>;

/**
 * The time to start a download, or to finish it, runs out. Told when so much is left for the first time, kept
 * until the viewer has put it away (`warnings.open`, `warnings.seen`) or it holds no more.
 */
export const LicenseWarning = z.object({
  ...DownloadView.pick({
    downloadId: true,
    videoId: true,
    titleId: true,
    titleName: true,
    episode: true,
    verdict: true,
  }).shape,
  kind: z.enum(['start', 'finish']),
  endsAtMs: z.int(),
  /** 7 days, 48 hours or 2 hours. */
  thresholdMs: z.int().positive(),
});
export type LicenseWarning = z.infer<typeof LicenseWarning>;
