import { z } from 'zod';
import { Id } from '../../../src/shared/catalog.ts';
import type { Ms } from '../../../src/shared/units.ts';
import type { Sql, Values } from './sql.ts';

/** Whose eyes: only titles licensed in the country and within the limit (a place in ratingOrder) are given. */
export interface Viewer {
  readonly country: string;
  readonly maturityRank: number;
}

const list = z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text)));
const CardRow = z.object({
  titleId: Id,
  type: z.enum(['film', 'series']),
  name: z.string(),
  releaseYear: z.int(),
  durationSeconds: z.number(),
  popularity: z.number(),
  artworkVersion: z.string(),
  genres: list,
  people: list,
});
/** As much of a title as rows and search are made of. */
export type Card = z.infer<typeof CardRow>;

const TextRow = CardRow.extend({ description: z.string() });
export type TextCard = z.infer<typeof TextRow>;

const columns = `t.titleId, t.type, t.name, t.releaseYear, t.durationSeconds, t.popularity, t.artworkVersion,
  t.genres, t.people`;
const visible = `t.removed = 0 AND t.maturityRank <= @maturityRank AND (t.everywhere = 1 OR EXISTS (
  SELECT 1 FROM title_country c WHERE c.titleId = t.titleId AND c.country = @country))`;

/** What a viewer may be shown. */
export function createCards(sql: Sql) {
  const values = (viewer: Viewer, more: Values): Values => ({
    country: viewer.country,
    maturityRank: viewer.maturityRank,
    ...more,
  });

  return {
    /** Those of the titles that may be shown, in the order asked for. */
    async byIds(viewer: Viewer, titleIds: readonly string[]): Promise<Card[]> {
      const found = sql.all(
        CardRow,
        `SELECT ${columns} FROM json_each(@ids) asked JOIN title t ON t.titleId = asked.value
         WHERE ${visible} ORDER BY asked.key`,
        values(viewer, { ids: JSON.stringify(titleIds) }),
      );
      return found;
    },

    async mostPopular(viewer: Viewer, limit: number): Promise<Card[]> {
      return sql.all(
        CardRow,
        `SELECT ${columns} FROM title t WHERE ${visible} ORDER BY t.popularity DESC, t.titleId LIMIT @limit`,
        values(viewer, { limit }),
      );
    },

    /** Most popular first among those that have one of the genres. */
    async ofGenres(viewer: Viewer, genres: readonly string[], limit: number): Promise<Card[]> {
      return sql.all(
        CardRow,
        `SELECT ${columns} FROM title t
         WHERE t.titleId IN (
           SELECT titleId FROM title_genre WHERE genre IN (SELECT value FROM json_each(@genres)))
         AND ${visible} ORDER BY t.popularity DESC, t.titleId LIMIT @limit`,
        values(viewer, { genres: JSON.stringify(genres), limit }),
      );
    },

    /** By how many profiles started it since then, popularity breaking ties; in one country, or in all. */
    async mostPlayed(
      viewer: Viewer,
      played: { sinceMs: Ms; inCountry: string | null },
      limit: number,
    ): Promise<Card[]> {
      return sql.all(
        CardRow,
        `WITH started AS (
           SELECT titleId, count(DISTINCT profileId) AS n FROM playback
           WHERE startedAtMs >= @sinceMs AND (@inCountry IS NULL OR country = @inCountry) GROUP BY titleId)
         SELECT ${columns} FROM title t LEFT JOIN started ON started.titleId = t.titleId
         WHERE ${visible} ORDER BY coalesce(started.n, 0) DESC, t.popularity DESC, t.titleId LIMIT @limit`,
        values(viewer, { ...played, limit }),
      );
    },

    /**
     * Titles whose text holds one of the phrases (three characters or more), best first by FTS5's bm25, the
     * name counting three times.
     */
    async holding(viewer: Viewer, phrases: readonly string[], limit: number): Promise<TextCard[]> {
      if (phrases.length === 0) return [];
      return sql.all(
        TextRow,
        `SELECT ${columns}, title_text.description FROM title_text JOIN title t ON t.seq = title_text.rowid
         WHERE title_text MATCH @match AND ${visible}
         ORDER BY bm25(title_text, 3, 1, 1, 1), t.popularity DESC LIMIT @limit`,
        values(viewer, { match: phrases.map(quoted).join(' OR '), limit }),
      );
    },

    /** Titles with a word in their name that begins so; for what is too short for trigrams. */
    async namedLike(viewer: Viewer, beginning: string, limit: number): Promise<TextCard[]> {
      const escaped = beginning.replaceAll(/[\\%_]/g, '\\$&');
      return sql.all(
        TextRow,
        `SELECT ${columns}, json_extract(t.json, '$.description') AS description FROM title t
         WHERE (t.name LIKE @first ESCAPE '\\' OR t.name LIKE @later ESCAPE '\\') AND ${visible}
         ORDER BY t.popularity DESC, t.titleId LIMIT @limit`,
        values(viewer, { first: `${escaped}%`, later: `% ${escaped}%`, limit }),
      );
    },

    /** Names, people and genres of the whole catalog: the words that a question may have meant. */
    async vocabularyTexts(): Promise<string[]> {
      const rows = sql.all(
        z.object({ text: z.string() }),
        `SELECT name || ' ' || people || ' ' || genres AS text FROM title_text`,
      );
      return rows.map((row) => row.text);
    },
  };
}

/** A string in FTS5's query language. */
function quoted(phrase: string): string {
  return `"${phrase.replaceAll('"', '""')}"`;
}
