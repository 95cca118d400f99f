import { completedAt } from '../shared/progress.ts';
import type { WatchPosition } from '../shared/progress.ts';
import type { Ms, Seconds } from '../shared/units.ts';

/** The position that follows from a tick. Time never goes back, so a tick is never older than what it replaces. */
export function nextPosition(
  before: WatchPosition | undefined,
  tick: { profileId: string; videoId: string; positionSeconds: Seconds; durationSeconds: Seconds; atMs: Ms },
): WatchPosition {
  const { profileId, videoId, durationSeconds, atMs } = tick;
  const positionSeconds = Math.min(tick.positionSeconds, durationSeconds);
  const completed = completedAt(before?.completed ?? false, positionSeconds, durationSeconds);
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
