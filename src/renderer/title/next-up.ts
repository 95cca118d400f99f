import { playablesOf } from '../../shared/catalog.ts';
import type { Episode, Title } from '../../shared/catalog.ts';
import type { WatchPosition } from '../../shared/progress.ts';
import type { Seconds } from '../../shared/units.ts';

export interface NextUp {
  readonly videoId: string;
  readonly durationSeconds: Seconds;
  readonly episode?: Episode | undefined;
  /** 0: from the start. */
  readonly positionSeconds: Seconds;
  readonly kind: 'start' | 'resume' | 'next' | 'again';
}

/**
 * What "Play" means for a title: go on where one stopped last; after a finished episode the next one; after
 * the last one, or a finished film, from the start again.
 */
export function nextUp(title: Title, positions: readonly WatchPosition[]): NextUp {
  const playables = playablesOf(title);
  const [first] = playables;
  if (!first) throw new Error(`title ${title.titleId} has nothing to play`);
  const [latest] = positions
    .filter((position) => playables.some((each) => each.videoId === position.videoId))
    .toSorted((a, b) => b.watchedAtMs - a.watchedAtMs);
  if (!latest) return { ...first, positionSeconds: 0, kind: 'start' };

  const at = playables.findIndex((each) => each.videoId === latest.videoId);
  const current = playables[at] ?? first;
  if (!latest.completed) return { ...current, positionSeconds: latest.positionSeconds, kind: 'resume' };

  const next = playables[at + 1];
  if (!next) return { ...first, positionSeconds: 0, kind: 'again' };
  const begun = positions.find((each) => each.videoId === next.videoId && !each.completed);
  return { ...next, positionSeconds: begun?.positionSeconds ?? 0, kind: 'next' };
}
