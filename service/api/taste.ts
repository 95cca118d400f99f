import type { Card, Viewer } from './db/cards.ts';
import type { Database } from './db/database.ts';

/** What a profile likes, by genre: -1 (never again) to 1 (always). Genres that it never met are absent. */
export type Taste = ReadonlyMap<string, number>;

/** How much each thing that a viewer did says about a title's genres. */
const SIGNAL = { watched: 1, completed: 2, listed: 1, thumbUp: 3, thumbDown: -3 };
/** Signals at which an opinion is half as strong as it can get. */
const HALF_SURE = 3;
/** Older viewing says little about today, and reading it all would take ever longer. */
const MOST_SIGNALS = 200;

/** Learned from everything that the profile watched, listed and rated. */
export async function tasteOf(
  { viewing, cards }: Database,
  viewer: Viewer,
  profileId: string,
): Promise<Taste> {
  const signals = new Map<string, number>();
  const add = (titleId: string, signal: number) => signals.set(titleId, (signals.get(titleId) ?? 0) + signal);
  for (const { titleId, completed } of (await viewing.positions(profileId)).slice(0, MOST_SIGNALS))
    add(titleId, completed ? SIGNAL.completed : SIGNAL.watched);
  for (const titleId of (await viewing.listed(profileId)).slice(0, MOST_SIGNALS)) add(titleId, SIGNAL.listed);
  for (const { titleId, rating } of await viewing.ratings(profileId))
    if (rating !== null) add(titleId, rating === 1 ? SIGNAL.thumbUp : SIGNAL.thumbDown);

  const sums = new Map<string, number>();
  for (const card of await cards.byIds(viewer, [...signals.keys()]))
    for (const genre of card.genres)
      sums.set(genre, (sums.get(genre) ?? 0) + (signals.get(card.titleId) ?? 0));
  return new Map([...sums].map(([genre, sum]) => [genre, sum / (Math.abs(sum) + HALF_SURE)]));
}

/** 0 to 100. Without any taste it is what everybody likes; with it, mostly what this profile likes. */
export function matchScore(card: Card, taste: Taste): number {
  const opinions = card.genres.flatMap((genre) => taste.get(genre) ?? []);
  if (opinions.length === 0) return Math.round(100 * card.popularity);
  const mean = opinions.reduce((sum, opinion) => sum + opinion, 0) / opinions.length;
  return Math.round(100 * (0.4 * card.popularity + 0.6 * ((mean + 1) / 2)));
}

/** The genres it likes, best first. */
export function likedGenres(taste: Taste): string[] {
  return [...taste]
    .filter(([, opinion]) => opinion > 0)
    .sort(([a, x], [b, y]) => y - x || a.localeCompare(b))
    .map(([genre]) => genre);
}
