import { z } from 'zod';
import { Id } from '../../../src/shared/catalog.ts';
import { WatchPosition } from '../../../src/shared/progress.ts';
import type { Mutation, ProfileState } from '../../../src/shared/progress.ts';
import type { Ms } from '../../../src/shared/units.ts';
import type { Sql } from './sql.ts';

const flag = z.number().transform((value) => value === 1);
const thumb = z.union([z.literal(0), z.literal(1)]).nullable();
const PositionRow = WatchPosition.extend({ completed: flag });
const TitlePositionRow = PositionRow.extend({ titleId: Id });
const ListRow = z.object({ profileId: Id, titleId: Id, listed: flag, atMs: z.int() });
const RatingRow = z.object({ profileId: Id, titleId: Id, rating: thumb, atMs: z.int() });

export type TitlePosition = z.infer<typeof TitlePositionRow>;

export interface SyncOutcome {
  readonly acknowledged: string[];
  readonly refused: { mutationId: string; reason: string }[];
}

const position = 'profileId, videoId, positionSeconds, durationSeconds, completed, atMs AS watchedAtMs';
/** The later one wins; a tie goes to the greater mutationId (see `Mutation`). */
const wins = (table: string) => `(excluded.atMs, excluded.mutationId) > (${table}.atMs, ${table}.mutationId)`;

/** What profiles watched, listed and rated, merged from all devices. Every function is one atomic step. */
export function createViewing(sql: Sql) {
  /** Number of rows changed: 0 when what is there already is later. */
  function merge(mutation: Mutation, revision: number): number {
    const { mutationId } = mutation;
    switch (mutation.kind) {
      case 'progress': {
        const { watchedAtMs, completed, ...rest } = mutation.position;
        return sql.run(
          `INSERT INTO watch_position VALUES (@profileId, @videoId, @positionSeconds, @durationSeconds,
           @completed, @atMs, @mutationId, @revision)
           ON CONFLICT (profileId, videoId) DO UPDATE SET positionSeconds = excluded.positionSeconds,
           durationSeconds = excluded.durationSeconds, completed = excluded.completed, atMs = excluded.atMs,
           mutationId = excluded.mutationId, revision = excluded.revision WHERE ${wins('watch_position')}`,
          { ...rest, completed: completed ? 1 : 0, atMs: watchedAtMs, mutationId, revision },
        );
      }
      case 'my-list': {
        const { profileId, titleId, listed, atMs } = mutation;
        return sql.run(
          `INSERT INTO list_entry VALUES (@profileId, @titleId, @listed, @atMs, @mutationId, @revision)
           ON CONFLICT (profileId, titleId) DO UPDATE SET listed = excluded.listed, atMs = excluded.atMs,
           mutationId = excluded.mutationId, revision = excluded.revision WHERE ${wins('list_entry')}`,
          { profileId, titleId, listed: listed ? 1 : 0, atMs, mutationId, revision },
        );
      }
      case 'rating': {
        const { profileId, titleId, rating, atMs } = mutation;
        return sql.run(
          `INSERT INTO rating VALUES (@profileId, @titleId, @rating, @atMs, @mutationId, @revision)
           ON CONFLICT (profileId, titleId) DO UPDATE SET rating = excluded.rating, atMs = excluded.atMs,
           mutationId = excluded.mutationId, revision = excluded.revision WHERE ${wins('rating')}`,
          { profileId, titleId, rating, atMs, mutationId, revision },
        );
      }
    }
  }

  /** Why it can never be applied; undefined: it can. */
  function objection(mutation: Mutation, accountId: string): string | undefined {
    const about = mutation.kind === 'progress' ? mutation.position : mutation;
    const has = (text: string, id: string) => sql.one(z.object({ n: z.int() }), text, { id, accountId })?.n;
    if (
      !has(
        'SELECT count(*) AS n FROM profile WHERE profileId = @id AND accountId = @accountId',
        about.profileId,
      )
    )
      return 'unknown-profile';
    const known =
      'videoId' in about
        ? sql.one(z.object({ n: z.int() }), 'SELECT count(*) AS n FROM video WHERE videoId = @id', {
            id: about.videoId,
          })
        : sql.one(
            z.object({ n: z.int() }),
            'SELECT count(*) AS n FROM title WHERE titleId = @id AND removed = 0',
            { id: about.titleId },
          );
    return known?.n ? undefined : 'unknown-title';
  }

  const revisionOf = (accountId: string): number =>
    sql.one(z.object({ revision: z.int() }), 'SELECT revision FROM account WHERE accountId = @accountId', {
      accountId,
    })?.revision ?? 0;

  return {
    /**
     * Applies mutations in order, each once in the life of the account. One that states a time in the future
     * counts as done now: a device whose clock is wrong must not win over the others for years.
     */
    async apply(accountId: string, mutations: readonly Mutation[], nowMs: Ms): Promise<SyncOutcome> {
      return sql.transaction(() => {
        const refused: SyncOutcome['refused'] = [];
        const next = revisionOf(accountId) + 1;
        let changed = 0;
        for (const mutation of mutations) {
          const { mutationId } = mutation;
          const reason = objection(mutation, accountId);
          if (reason) {
            refused.push({ mutationId, reason });
            continue;
          }
          const isNew = sql.run(
            'INSERT INTO mutation VALUES (@accountId, @mutationId, @nowMs) ON CONFLICT DO NOTHING',
            { accountId, mutationId, nowMs },
          );
          if (isNew) changed += merge(notAfter(mutation, nowMs), next);
        }
        if (changed > 0)
          sql.run('UPDATE account SET revision = @next WHERE accountId = @accountId', { accountId, next });
        return { acknowledged: mutations.map(({ mutationId }) => mutationId), refused };
      });
    },

    /** What changed after a revision; everything for 0, and for one that was never given out. */
    async stateSince(accountId: string, since: number): Promise<ProfileState & { revision: number }> {
      return sql.transaction(() => {
        const revision = revisionOf(accountId);
        const values = { accountId, since: since > revision ? 0 : since };
        const changed = `profileId IN (SELECT profileId FROM profile WHERE accountId = @accountId)
          AND revision > @since ORDER BY revision`;
        return {
          revision,
          positions: sql.all(PositionRow, `SELECT ${position} FROM watch_position WHERE ${changed}`, values),
          myList: sql.all(
            ListRow,
            `SELECT profileId, titleId, listed, atMs FROM list_entry WHERE ${changed}`,
            values,
          ),
          ratings: sql.all(
            RatingRow,
            `SELECT profileId, titleId, rating, atMs FROM rating WHERE ${changed}`,
            values,
          ),
        };
      });
    },

    async position(profileId: string, videoId: string): Promise<WatchPosition | undefined> {
      return sql.one(
        PositionRow,
        `SELECT ${position} FROM watch_position WHERE profileId = @profileId AND videoId = @videoId`,
        { profileId, videoId },
      );
    },

    /** Of videos that are in the catalog, latest first. */
    async positions(profileId: string): Promise<TitlePosition[]> {
      return sql.all(
        TitlePositionRow,
        `SELECT ${position}, titleId FROM watch_position JOIN video USING (videoId)
         WHERE profileId = @profileId ORDER BY atMs DESC, mutationId DESC`,
        { profileId },
      );
    },

    /** Latest first. */
    async listed(profileId: string): Promise<string[]> {
      const rows = sql.all(
        z.object({ titleId: Id }),
        `SELECT titleId FROM list_entry JOIN title USING (titleId)
         WHERE profileId = @profileId AND listed = 1 AND removed = 0 ORDER BY atMs DESC, mutationId DESC`,
        { profileId },
      );
      return rows.map((row) => row.titleId);
    },

    async ratings(profileId: string): Promise<{ titleId: string; rating: 0 | 1 | null }[]> {
      return sql.all(
        z.object({ titleId: Id, rating: thumb }),
        'SELECT titleId, rating FROM rating WHERE profileId = @profileId',
        { profileId },
      );
    },
  };
}

function notAfter(mutation: Mutation, nowMs: Ms): Mutation {
  if (mutation.kind !== 'progress') return { ...mutation, atMs: Math.min(mutation.atMs, nowMs) };
  const { position: at } = mutation;
  return { ...mutation, position: { ...at, watchedAtMs: Math.min(at.watchedAtMs, nowMs) } };
}
