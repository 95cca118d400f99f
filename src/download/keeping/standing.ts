import type { RemovableDownload } from '../../shared/downloads.ts';
import { DAY_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import type { EpisodeStanding, KeptDownload, Viewing } from './types.ts';

/** So long what was watched stays, for whoever fell asleep over it; less when the next episode is begun. */
export const GRACE_MS: Ms = DAY_MS;

/**
 * Watched to the end by everybody who began it: somebody at its middle still wants it, whatever the others
 * have seen.
 */
export function isWatched(viewings: readonly Pick<Viewing, 'completed' | 'positionSeconds'>[]): boolean {
  const begun = viewings.filter(({ completed, positionSeconds }) => completed || positionSeconds > 0);
  return begun.length > 0 && begun.every(({ completed }) => completed);
}

/** When what was watched may go by itself; null: it was not watched. */
export function mayGoAtMs(viewings: readonly Viewing[]): Ms | null {
  if (!isWatched(viewings)) return null;
  const times = viewings
    .filter(({ completed }) => completed)
    .map(({ watchedAtMs, nextBegunAtMs }) => {
      const wentOn = nextBegunAtMs !== null && nextBegunAtMs >= watchedAtMs;
      return wentOn ? nextBegunAtMs : watchedAtMs + GRACE_MS;
    });
  return Math.max(...times);
}

/** How dispensable it is, in the words of the contract. */
export function whyRemovable(
  one: Pick<KeptDownload, 'state' | 'isExpired' | 'viewings'>,
): RemovableDownload['why'] {
  if (isWatched(one.viewings)) return 'watched';
  if (one.isExpired) return 'expired';
  if (one.state === 'failed') return 'failed';
  return one.viewings.some(({ positionSeconds }) => positionSeconds > 0) ? 'partly-watched' : 'not-watched';
}

/**
 * The next `count` episodes that are not watched, from the place where the viewer is: the episode last
 * watched, or the one after it when that was finished; the first one when nothing was watched.
 */
export function nextEpisodes<E extends EpisodeStanding>(
  episodes: readonly E[],
  count: number,
  isWanted: (episode: E) => boolean = () => true,
): E[] {
  let latest = -1;
  for (const [at, { position }] of episodes.entries())
    if (position && position.watchedAtMs >= (episodes[latest]?.position?.watchedAtMs ?? 0)) latest = at;
  const from = Math.max(0, episodes[latest]?.position?.completed ? latest + 1 : latest);
  return episodes
    .slice(from)
    .filter((episode) => !episode.position?.completed && isWanted(episode))
    .slice(0, count);
}
