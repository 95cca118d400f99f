import type { RenewPathways } from '../cdn/types.ts';
import type { DownloadView } from '../shared/downloads.ts';
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

/** All of a DownloadView that download/ knows; names, verdict and position are others'. */
export type DownloadStatus = Pick<
  DownloadView,
  | 'downloadId'
  | 'videoId'
  | 'titleId'
  | 'durationSeconds'
  | 'state'
  | 'waitingFor'
  | 'error'
  | 'selection'
  | 'storedBytes'
  | 'rateBytesPerSecond'
  | 'secondsLeft'
  | 'addedAtMs'
>;

export type WaitingFor = NonNullable<DownloadView['waitingFor']>;

export type DownloadChange =
  { type: 'changed'; download: DownloadStatus } | { type: 'removed'; downloadId: string };

/**
 * The viewer's downloads and the queue that works on them, one at a time. Those of another account are unknown
 * here until that account is signed in again. Errors: `download/*`, `store/*`.
 */
export interface Downloads {
  /** Takes it into the queue; only the selected renditions are remembered. Throws `download/exists`, `download/of-another-account`. */
  add(selection: Selection, presentation: Presentation, meta: { titleId: string }): DownloadStatus;
  /** In the order in which they are worked on. */
  list(): DownloadStatus[];
  /** Throws `download/unknown`. */
  get(downloadId: string): DownloadStatus;
  forVideo(videoId: string): DownloadStatus | null;
  /** What was chosen, as it was when it was added: for playing it offline. */
  presentation(downloadId: string): Presentation;
  /** Resolves once nothing is written any more. */
  pause(downloadId: string): Promise<DownloadStatus>;
  /** Also tries again at once what waits or failed. After a full disk, everything that stopped goes on. */
  resume(downloadId: string): DownloadStatus;
  /** Stops it, shreds and removes its bytes, releases the license. */
  remove(downloadId: string): Promise<void>;
  /**
   * Compares what is called complete with what the store holds: for when a read found damage. What is
   * incomplete fails with `store/damaged` or `store/missing`; `resume` repairs it. Nothing happens when it was
   * removed meanwhile.
   */
  rescan(downloadId: string): void;
  /** Somebody signed in or out: what is not theirs rests, what is goes on. Resolves once nothing else runs. */
  accountChanged(): Promise<void>;
  onChange(listener: (change: DownloadChange) => void): () => void;
  /** Goes on where the last run stopped, however that ended. */
  start(): void;
  /** Stops working; nothing is lost. */
  stop(): Promise<void>;
}
