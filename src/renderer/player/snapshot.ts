import type { BitsPerSecond, Seconds } from '../../shared/units.ts';

export interface TrackChoice {
  readonly index: number;
  readonly language: string;
  readonly name: string;
}

export interface RungChoice {
  readonly index: number;
  readonly height: number;
  readonly bitsPerSecond: BitsPerSecond;
}

/** All that the controls show; a new object whenever something of it changes. */
export interface PlayerSnapshot {
  readonly isPaused: boolean;
  /** Playing, but there is nothing to show yet. */
  readonly isWaiting: boolean;
  readonly isEnded: boolean;
  readonly positionSeconds: Seconds;
  readonly durationSeconds: Seconds;
  /** End of what is buffered around the position. */
  readonly bufferedToSeconds: Seconds;
  readonly volume: number;
  readonly isMuted: boolean;
  readonly rungs: readonly RungChoice[];
  /** Index of the rung on the screen; -1: none yet. */
  readonly rung: number;
  readonly isAutoQuality: boolean;
  readonly audioTracks: readonly TrackChoice[];
  readonly audioTrack: number;
  readonly subtitleTracks: readonly TrackChoice[];
  /** -1: off. */
  readonly subtitleTrack: number;
}

export const emptySnapshot: PlayerSnapshot = {
  isPaused: true,
  isWaiting: true,
  isEnded: false,
  positionSeconds: 0,
  durationSeconds: 0,
  bufferedToSeconds: 0,
  volume: 1,
  isMuted: false,
  rungs: [],
  rung: -1,
  isAutoQuality: true,
  audioTracks: [],
  audioTrack: -1,
  subtitleTracks: [],
  subtitleTrack: -1,
};

/** The end of the buffered range that holds the position. */
export function bufferedTo(ranges: TimeRanges, positionSeconds: Seconds): Seconds {
  for (let index = 0; index < ranges.length; index += 1) {
    if (ranges.start(index) <= positionSeconds + 0.1 && positionSeconds <= ranges.end(index))
      return ranges.end(index);
  }
  return positionSeconds;
}
