import { z } from 'zod';
import { Id, Title, playablesOf, ratingOrder } from '../../../src/shared/catalog.ts';
import type { TitleDrop } from '../../encoder/drop.ts';
import { wordsOf } from '../words.ts';
import type { Sql } from './sql.ts';

const json = <T>(schema: z.ZodType<T>) => z.string().transform((text) => schema.parse(JSON.parse(text)));
const words = (text: string): string => wordsOf(text).join(' ');
const strings = z.array(z.string());

const LicensedRow = z.object({
  json: json(Title),
  countries: json(strings),
  everywhere: z.number().transform((flag) => flag === 1),
});

export interface LicensedTitle {
  readonly title: Title;
  isLicensedIn(country: string): boolean;
}

export interface CatalogChange {
  readonly revision: number;
  readonly titles: Title[];
  readonly removedTitleIds: string[];
}

/** A videoId belongs to one title for good. */
export class VideoTakenError extends Error {}

/** The catalog as title drops made it. Every function is one atomic step. */
export function createTitles(sql: Sql) {
  const revisionNow = (): number =>
    sql.one(z.object({ revision: z.int() }), 'SELECT revision FROM catalog_revision')?.revision ?? 0;
  function nextRevision(): number {
    sql.run('UPDATE catalog_revision SET revision = revision + 1');
    return revisionNow();
  }

  const seqOf = '(SELECT seq FROM title WHERE titleId = @titleId)';
  function dropParts(titleId: string): void {
    for (const table of ['title_country', 'title_genre', 'video'])
      sql.run(`DELETE FROM ${table} WHERE titleId = @titleId`, { titleId });
    sql.run(`DELETE FROM title_text WHERE rowid = ${seqOf}`, { titleId });
  }

  function replaceParts({ title, countries = [] }: TitleDrop): void {
    const { titleId } = title;
    dropParts(titleId);
    for (const country of new Set(countries))
      sql.run('INSERT INTO title_country VALUES (@titleId, @country)', { titleId, country });
    for (const genre of new Set(title.genres))
      sql.run('INSERT INTO title_genre VALUES (@genre, @titleId)', { titleId, genre });
    playablesOf(title).forEach(({ videoId }, ordinal) => {
      const taken = sql.one(z.object({ titleId: Id }), 'SELECT titleId FROM video WHERE videoId = @videoId', {
        videoId,
      });
      if (taken) throw new VideoTakenError(`${videoId} belongs to ${taken.titleId}`);
      sql.run('INSERT INTO video VALUES (@videoId, @titleId, @ordinal)', { videoId, titleId, ordinal });
    });
    sql.run(
      `INSERT INTO title_text (rowid, name, description, people, genres)
       VALUES (${seqOf}, @name, @description, @people, @genres)`,
      {
        titleId,
        name: words(title.name),
        description: words(title.description),
        people: words(title.cast.join(' ')),
        genres: words(title.genres.join(' ')),
      },
    );
  }

  return {
    /** True when it changed anything. Throws VideoTakenError. */
    async put(drop: TitleDrop): Promise<boolean> {
      const { title, countries } = drop;
      const row = {
        titleId: title.titleId,
        type: title.type,
        name: title.name,
        releaseYear: title.releaseYear,
        durationSeconds: playablesOf(title).reduce((sum, playable) => sum + playable.durationSeconds, 0),
        maturityRank: ratingOrder.indexOf(title.maturityRating),
        popularity: title.popularity,
        artworkVersion: title.artworkVersion,
        genres: JSON.stringify(title.genres),
        people: JSON.stringify(title.cast),
        countries: JSON.stringify(countries ?? []),
        everywhere: countries ? 0 : 1,
        json: JSON.stringify(title),
      };
      return sql.transaction(() => {
        const same = sql.one(
          z.object({ same: z.int() }),
          `SELECT json = @json AND countries = @countries AND everywhere = @everywhere AND removed = 0 AS same
           FROM title WHERE titleId = @titleId`,
          { titleId: row.titleId, json: row.json, countries: row.countries, everywhere: row.everywhere },
        );
        if (same?.same === 1) return false;
        const names = Object.keys(row).filter((name) => name !== 'titleId');
        sql.run(
          `INSERT INTO title (titleId, ${names.join(', ')}, removed, revision)
           VALUES (@titleId, ${names.map((name) => `@${name}`).join(', ')}, 0, @revision)
           ON CONFLICT (titleId) DO UPDATE SET
             ${names.map((name) => `${name} = excluded.${name}`).join(', ')},
             removed = 0, revision = excluded.revision`,
          { ...row, revision: nextRevision() },
        );
        replaceParts(drop);
        return true;
      });
    },

    /** True when it was there. What viewers did with it stays, in case that it comes back. */
    async remove(titleId: string): Promise<boolean> {
      return sql.transaction(() => {
        const there = sql.one(
          z.object({ titleId: Id }),
          'SELECT titleId FROM title WHERE titleId = @titleId AND removed = 0',
          { titleId },
        );
        if (!there) return false;
        sql.run('UPDATE title SET removed = 1, revision = @revision WHERE titleId = @titleId', {
          titleId,
          revision: nextRevision(),
        });
        dropParts(titleId);
        return true;
      });
    },

    async ids(): Promise<string[]> {
      const rows = sql.all(z.object({ titleId: Id }), 'SELECT titleId FROM title WHERE removed = 0');
      return rows.map((row) => row.titleId);
    },

    /** In the order in which their titles came. */
    async videoIds(): Promise<string[]> {
      const rows = sql.all(
        z.object({ videoId: Id }),
        `SELECT videoId FROM video JOIN title USING (titleId) ORDER BY title.seq, ordinal`,
      );
      return rows.map((row) => row.videoId);
    },

    async find(titleId: string): Promise<LicensedTitle | undefined> {
      return licensed(
        sql.one(
          LicensedRow,
          'SELECT json, countries, everywhere FROM title WHERE titleId = @titleId AND removed = 0',
          { titleId },
        ),
      );
    },

    async ofVideo(videoId: string): Promise<LicensedTitle | undefined> {
      return licensed(
        sql.one(
          LicensedRow,
          `SELECT json, countries, everywhere FROM title JOIN video USING (titleId)
           WHERE videoId = @videoId`,
          { videoId },
        ),
      );
    },

    revision: async (): Promise<number> => revisionNow(),

    /**
     * What changed after a revision, for a country: a title that is not licensed there counts as removed.
     * A revision that was never given out (another database) counts as 0: the whole catalog.
     */
    async changes(since: number, country: string): Promise<CatalogChange> {
      return sql.transaction(() => {
        const revision = revisionNow();
        const from = since > revision ? 0 : since;
        const rows = sql.all(
          LicensedRow.extend({ titleId: Id, removed: z.int() }),
          `SELECT titleId, json, countries, everywhere, removed FROM title WHERE revision > @from
           ORDER BY revision`,
          { from },
        );
        const seen = rows.filter((row) => row.removed === 0 && licensed(row)?.isLicensedIn(country));
        const gone = rows.filter((row) => !seen.includes(row));
        return {
          revision,
          titles: seen.map((row) => row.json),
          removedTitleIds: from === 0 ? [] : gone.map((row) => row.titleId),
        };
      });
    },
  };
}

function licensed(row: z.infer<typeof LicensedRow> | undefined): LicensedTitle | undefined {
  if (!row) return undefined;
  return {
    title: row.json,
    isLicensedIn: (country) => row.everywhere || row.countries.includes(country),
  };
}
