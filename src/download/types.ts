import type { z } from 'zod';
import type { RenewPathways } from '../cdn/types.ts';
import { MaturityRating } from '../shared/catalog.ts';
import { DownloadView } from '../shared/downloads.ts';
import type { DownloadPriority, StorageView } from '../shared/downloads.ts';
import type { Presentation } from '../shared/presentation.ts';
import type { Selection } from '../shared/selection.ts';

/** How download/ gets fresh addresses of a video; engine/ makes it of service client, manifest and integrity. */
export interface VideoSources {
  /** Errors: `service/*`, `auth/*`, `catalog/*`, `manifest/*`, `network/*`. */
  presentation(
    videoId: string,
    signal?: AbortSignal,
  ): Promise<{ presentation: Presentation; renewPathways: RenewPathways }>;
}

/**
 * What a download is called, as it was when it was added: a title may leave the catalog, and its download must
 * keep its name, its picture and the rating that says who may see it.
 */
export const DownloadName = DownloadView.pick({
  titleName: true,
  artworkVersion: true,
  episode: true,
}).extend({
  maturityRating: MaturityRating,
});
export type DownloadName = z.infer<typeof DownloadName>;

/** All of a DownloadView that download/ knows; verdict and position are others'. */
export type DownloadStatus = Omit<
  DownloadView,
  'revision' | 'titleName' | 'artworkVersion' | 'episode' | 'verdict' | 'position'
> & {
  /** null: it was added before names were kept. */
  readonly name: DownloadName | null;
};

export type { WaitingFor } from '../shared/downloads.ts';

export interface NewDownload {
  readonly titleId: string;
  readonly name?: DownloadName | undefined;
  readonly priority?: DownloadPriority | undefined;
  readonly origin?: DownloadView['origin'] | undefined;
}

export type DownloadChange =
  { type: 'changed'; download: DownloadStatus } | { type: 'removed'; downloadId: string };

/** As StorageView tells it. */
export type CheckStatus = Pick<StorageView, 'check' | 'lastCheck'>;

/** Verifies all that is stored, and has what is damaged fetched again. */
export interface StorageCheck {
  status(): CheckStatus;
  /** On demand, as fast as the disk; nothing happens while one is under way. */
  start(): void;
  /** What was verified stays so: the next one goes on from there. Resolves when nothing is read any more. */
  cancel(): Promise<void>;
  onChange(listener: (status: CheckStatus) => void): () => void;
}

/**
 * The viewer's downloads and the queue that works on them. Those of another account are unknown here until that
 * account is signed in again. Errors: `download/*`, `store/*`.
 */
export interface Downloads {
  /**
   * Takes it into the queue, last of its priority; only the selected renditions are remembered. Throws
   * `download/exists`, `download/of-another-account`, `auth/signed-out`.
   */
  add(selection: Selection, presentation: Presentation, about: NewDownload): DownloadStatus;
  /** In the order in which they are worked on. */
  list(): DownloadStatus[];
  /** Throws `download/unknown`. */
  get(downloadId: string): DownloadStatus;
  forVideo(videoId: string): DownloadStatus | null;
  /** What was chosen, as it was when it was added: for playing it offline. */
  presentation(downloadId: string): Presentation;
  /** Keeps the name of one that was added before names were kept. */
  setName(downloadId: string, name: DownloadName): void;
  /** Resolves once nothing is written any more. */
  pause(downloadId: string): Promise<DownloadStatus>;
  /** Also tries again at once what waits or failed. After a full disk, everything that stopped goes on. */
  resume(downloadId: string): DownloadStatus;
  /** Those that are on their way; resolves once nothing is written any more. */
  pauseAll(): Promise<DownloadStatus[]>;
  /** Those that are paused; failed ones stay as they are. */
  resumeAll(): DownloadStatus[];
  /**
   * Puts it before another one; null: last. Where its priority does not fit its new neighbors, it takes theirs.
   * Effective at once. Throws `download/unknown`.
   */
  reorder(downloadId: string, beforeId: string | null): DownloadStatus[];
  /** Effective at once: a higher one takes the place of a lower one that is being worked on. */
  setPriority(downloadId: string, priority: DownloadPriority): DownloadStatus;
  pin(downloadId: string, isPinned: boolean): DownloadStatus;
  /** Until it is complete, whatever the rules say of networks that cost, charger and schedule. Also resumes it. */
  startAnyway(downloadId: string): DownloadStatus;
  /** Stops it, shreds and removes its bytes; the license is released when the service can be reached. */
  remove(downloadId: string): Promise<void>;
  /**
   * Compares what is called complete with what the store holds: for when a read found damage. What is
   * incomplete goes back into the queue with `store/damaged` or `store/missing` and is fetched again. Nothing
   * happens when it was removed meanwhile.
   */
  rescan(downloadId: string): void;
  /** Somebody signed in or out: what is not theirs rests, what is goes on. Resolves once nothing else runs. */
  accountChanged(): Promise<void>;
  /** The rules, the storage place or what is being played may have changed: counts at once, also for what runs. */
  reconsider(): void;
  /** The service is back, or the way to it: what waited for that tries again at once. */
  connected(): void;
  readonly check: StorageCheck;
  onChange(listener: (change: DownloadChange) => void): () => void;
  /** Goes on where the last run stopped, however that ended. */
  start(): void;
  /** Stops working; nothing is lost. */
  stop(): Promise<void>;
}
