import { WatchPosition } from '../shared/progress.ts';
import type { ProfileState } from '../shared/progress.ts';
import type { Database } from '../database/types.ts';
import type { Ms } from '../shared/units.ts';

type Rating = 0 | 1 | null;

/**
 * The local replica of what profiles watched, listed and rated. Every write states its time and loses against
 * a later one (see `Mutation`): so pulling, pushing and doing may come in any order.
 */
export type State = ReturnType<typeof createState>;

export function createState({ sql }: Database) {
  const putPosition = sql.prepare(`
    INSERT INTO sync_position VALUES (@profileId, @videoId, @watchedAtMs, @json)
    ON CONFLICT DO UPDATE SET watchedAtMs = excluded.watchedAtMs, json = excluded.json
    WHERE excluded.watchedAtMs >= sync_position.watchedAtMs`);
  const dropPositions = sql.prepare('DELETE FROM sync_position WHERE videoId = ?');
  const onePosition = sql.prepare<[string, string], { json: string }>(
    'SELECT json FROM sync_position WHERE profileId = ? AND videoId = ?',
  );
  const allPositions = sql.prepare<[string], { json: string }>(
    'SELECT json FROM sync_position WHERE profileId = ? ORDER BY watchedAtMs DESC',
  );
  const putListed = sql.prepare(`
    INSERT INTO sync_listed VALUES (@profileId, @titleId, @listed, @atMs)
    ON CONFLICT DO UPDATE SET listed = excluded.listed, atMs = excluded.atMs
    WHERE excluded.atMs >= sync_listed.atMs`);
  const listed = sql.prepare<[string], { titleId: string }>(
    'SELECT titleId FROM sync_listed WHERE profileId = ? AND listed = 1 ORDER BY atMs DESC',
  );
  const putRating = sql.prepare(`
    INSERT INTO sync_rating VALUES (@profileId, @titleId, @rating, @atMs)
    ON CONFLICT DO UPDATE SET rating = excluded.rating, atMs = excluded.atMs
    WHERE excluded.atMs >= sync_rating.atMs`);
  const oneRating = sql.prepare<[string, string], { rating: number | null }>(
    'SELECT rating FROM sync_rating WHERE profileId = ? AND titleId = ?',
  );

  const setPosition = (position: WatchPosition): void => {
    const { profileId, videoId, watchedAtMs } = position;
    putPosition.run({ profileId, videoId, watchedAtMs, json: JSON.stringify(position) });
  };
  const setListed = (row: { profileId: string; titleId: string; listed: boolean; atMs: Ms }): void =>
    void putListed.run({ ...row, listed: row.listed ? 1 : 0 });
  const setRating = (row: { profileId: string; titleId: string; rating: Rating; atMs: Ms }): void =>
    void putRating.run(row);

  return {
    setPosition,
    dropPositions: (videoId: string): void => void dropPositions.run(videoId),
    setListed,
    setRating,
    merge(theirs: ProfileState): void {
      theirs.positions.forEach(setPosition);
      theirs.myList.forEach(setListed);
      theirs.ratings.forEach(setRating);
    },
    position: (profileId: string, videoId: string): WatchPosition | undefined =>
      parsed(onePosition.get(profileId, videoId)),
    /** Latest first. */
    positions: (profileId: string): WatchPosition[] =>
      allPositions.all(profileId).flatMap((row) => parsed(row) ?? []),
    /** Latest first. */
    myList: (profileId: string): string[] => listed.all(profileId).map((row) => row.titleId),
    rating(profileId: string, titleId: string): Rating {
      const value = oneRating.get(profileId, titleId)?.rating;
      return value === 0 || value === 1 ? value : null;
    },
  };
}

function parsed(row: { json: string } | undefined): WatchPosition | undefined {
  if (!row) return undefined;
  try {
    return WatchPosition.safeParse(JSON.parse(row.json)).data;
  } catch {
    return undefined;
  }
}
