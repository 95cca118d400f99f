import type { RenewPathways } from '../cdn/types.ts';
import type { PlaybackStart, PlaybackStats, PlaybackTick } from '../shared/contract.ts';
import type { LayoverError } from '../shared/errors.ts';
import type { LicensePurpose, Verdict } from '../shared/license.ts';
import type { Presentation } from '../shared/presentation.ts';
import type { Bytes, Ms } from '../shared/units.ts';

export interface StartPlayback {
  readonly videoId: string;
  /** Online: all that there is; offline: what the download remembers. */
  readonly presentation: Presentation;
  /** How to get fresh addresses; null: only what is stored can be played, and only that is named. */
  readonly renewPathways: RenewPathways | null;
  /** The same video as it lies now, where each file's own address may expire; then it is asked instead. */
  readonly renewPresentation?: ((signal?: AbortSignal) => Promise<Presentation>) | undefined;
  /** Whose tracks may hold bytes of it; null: none. */
  readonly downloadId: string | null;
  /** `stream`: by that license, also where there is one for offline use (see `WatchedIn`). */
  readonly licensedBy?: LicensePurpose | undefined;
  /** Asked when every OCA holds other bytes than told: the video as it is encoded now, with a license for it. */
  readonly renewEncoding?: ((signal?: AbortSignal) => Promise<Encoded>) | undefined;
}

/** What a session plays, and by which license. */
export type Encoded = Pick<StartPlayback, 'presentation' | 'downloadId' | 'licensedBy'>;

export type StartedPlayback = Pick<
  PlaybackStart,
  'sessionId' | 'playlistPath' | 'durationSeconds' | 'stored' | 'verdict'
>;

/** One segment that was handed to the player: what abr/ learns from, and who wants to know where bytes came from. */
export interface SegmentSample {
  readonly renditionId: string;
  readonly index: number;
  /** "store" or an OCA's id. */
  readonly source: string;
  /** Plain bytes. */
  readonly bytes: Bytes;
  /** Of the transfer from the OCA; null: none was needed. */
  readonly transferMs: Ms | null;
}

export interface PlaybackListener {
  /** The verdict ended: segments are answered with 403 from now on. Told once, until it is allowed again. */
  onRefused?(sessionId: string, error: LayoverError): void;
  /** A stored segment could not be read: the download needs a repair. */
  onDamaged?(downloadId: string): void;
}

/** Sessions of playing, and the media handler that answers the player. */
export interface Playback {
  /** The license is there already (see `Licenses.acquire`). Starts measuring the OCAs. */
  start(input: StartPlayback): StartedPlayback;
  /**
   * `/media/<sessionId>/master.m3u8`, `…/<renditionId>.m3u8`, and `…/<renditionId>/<file>` by the names that
   * manifest/ writes (`init.mp4`, `init-2.mp4`, `0.m4s`, `0.ts` …). Never rejects. Failures are JSON ErrorValues: 403 refused, 404
   * unknown, 405, 416, 503 not to be had just now; what fails in the middle of a body breaks the body off.
   */
  handle(request: Request): Promise<Response>;
  /** Counts watched time. Throws `playback/unknown-session`. */
  tick(tick: PlaybackTick): Verdict;
  /** Throws `playback/unknown-session`. */
  stats(sessionId: string): PlaybackStats;
  /** The latest segments, oldest first. Throws `playback/unknown-session`. */
  samples(sessionId: string): SegmentSample[];
  /** Measures the session's OCAs now. Throws `playback/unknown-session`. */
  probe(sessionId: string): Promise<PlaybackStats>;
  /** Ends it and all that it still fetches. Again: nothing happens. */
  stop(sessionId: string): void;
  /** Ends every session of a video: its download is being removed. */
  stopVideo(videoId: string): void;
  stopAll(): void;
}
