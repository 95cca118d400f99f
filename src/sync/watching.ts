import { isCompleted } from '../shared/progress.ts';
import type { WatchPosition } from '../shared/progress.ts';
import type { Ms, Seconds } from '../shared/units.ts';

/** Watched this far again, a finished video counts as being watched again. */
const AGAIN_AFTER_SHARE = 0.1;

/**
 * The position that follows from a tick. `completed` stays over a look back into a finished video and is
 * lifted only once somebody really watches it again: in between 10 % and the credits.
 */
export function nextPosition(
  before: WatchPosition | undefined,
  tick: { profileId: string; videoId: string; positionSeconds: Seconds; durationSeconds: Seconds; atMs: Ms },
): WatchPosition {
  const { profileId, videoId, durationSeconds, atMs } = tick;
  const positionSeconds = Math.min(tick.positionSeconds, durationSeconds);
  const watchingAgain = positionSeconds >= durationSeconds * AGAIN_AFTER_SHARE;
  const completed =
    isCompleted(positionSeconds, durationSeconds) || ((before?.completed ?? false) && !watchingAgain);
  return {
    profileId,
    videoId,
    positionSeconds,
    durationSeconds,
    completed,
    watchedAtMs: Math.max(atMs, before?.watchedAtMs ?? 0),
  };
}

/** Where play starts: a finished video from its beginning, all others where they were left. */
export function resumeAt(position: WatchPosition | undefined): Seconds {
  return !position || position.completed ? 0 : position.positionSeconds;
}
