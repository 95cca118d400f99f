import type { Space } from '../../selection/index.ts';
import type { DownloadRules } from '../../shared/settings.ts';
import type { Bytes, Ms, Seconds } from '../../shared/units.ts';
import type { DownloadStatus } from '../types.ts';

/** One profile's viewing of a video. */
export interface Viewing {
  readonly profileId: string;
  readonly positionSeconds: Seconds;
  readonly completed: boolean;
  readonly watchedAtMs: Ms;
  /** When the same profile was last seen in the episode that follows; null: never, or there is none. */
  readonly nextBegunAtMs: Ms | null;
}

/** A download, with all that the rules look at. */
export interface KeptDownload extends Pick<
  DownloadStatus,
  | 'downloadId'
  | 'videoId'
  | 'titleId'
  | 'state'
  | 'waitingFor'
  | 'isPinned'
  | 'origin'
  | 'storedBytes'
  | 'addedAtMs'
> {
  /** What would be free again without it: what is stored and what is reserved. */
  readonly sizeBytes: Bytes;
  /** What it will still take. */
  readonly neededBytes: Bytes;
  /** The license has ended: it cannot be played until it is renewed. */
  readonly isExpired: boolean;
  /** Somebody is watching it just now. */
  readonly isPlaying: boolean;
  /** By every profile that has begun it. */
  readonly viewings: readonly Viewing[];
}

/** An episode of a series, as one profile stands to it. */
export interface EpisodeStanding {
  readonly videoId: string;
  /** null: never watched. */
  readonly position: { readonly completed: boolean; readonly watchedAtMs: Ms } | null;
}

export interface FollowedSeries {
  readonly titleId: string;
  readonly keepNext: number;
  /** In order of watching. */
  readonly episodes: readonly EpisodeStanding[];
  /** What an episode that is not downloaded would take, about. */
  estimateBytes(videoId: string): Bytes;
}

export interface KeepingWorld {
  readonly nowMs: Ms;
  readonly rules: Pick<DownloadRules, 'removeWatched' | 'mayRemoveUnwatched'>;
  readonly space: Space;
  /** In the order in which they are worked on. */
  readonly downloads: readonly KeptDownload[];
  readonly series: readonly FollowedSeries[];
  /** What the viewer removed by hand, or what cannot be had. */
  readonly declined: ReadonlySet<string>;
}

export type KeepingAction =
  /** The viewer is told. */
  | { readonly type: 'remove'; readonly downloadId: string; readonly why: 'watched' | 'budget' }
  /** A rule had queued it, nothing of it is stored, and no rule wants it any more. */
  | { readonly type: 'withdraw'; readonly downloadId: string }
  | { readonly type: 'add'; readonly titleId: string; readonly videoId: string };
