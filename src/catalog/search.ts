import type { Title } from '../shared/catalog.ts';
import type { Database } from '../database/types.ts';
import { closeness } from './closeness.ts';

/** Of these, the best are scored exactly; FTS5 alone ranks a typo too low and a long text too high. */
const CANDIDATES = 200;
/** Share of the question's trigrams that a title must have: one wrong letter in six leaves half. */
const LEAST_SHARE = 0.45;
/** The same of words that may hold a slip or two: of two asked, both. */
const LEAST_CLOSE = 0.7;
const WEIGHT = { name: 3, description: 1, people: 1.5, genres: 1.5 };

/**
 * Ids of the titles that answer `question`, best first: the title counts three times, popularity breaks
 * ties. Typo-tolerant, because it compares trigrams, and words by their slips; questions of one or two letters match
 * beginnings.
 */
export function searchTitles(
  { sql }: Database,
  question: string,
  titleOf: (id: string) => Title | undefined,
): Title[] {
  const asked = fold(question);
  if (asked === '') return [];
  const grams = trigrams(asked);
  const rows =
    grams.length === 0
      ? sql
          .prepare<[string], { titleId: string }>(
            "SELECT titleId FROM catalog_words WHERE name LIKE ? ESCAPE '\\'",
          )
          .all(`%${asked.replaceAll(/[\\%_]/g, '\\$&')}%`)
      : sql
          .prepare<[string, number], { titleId: string }>(
            `SELECT titleId FROM catalog_words WHERE catalog_words MATCH ?
             ORDER BY bm25(catalog_words, 0, 3, 1, 1.5, 1.5) LIMIT ?`,
          )
          .all(grams.map((gram) => `"${gram.replaceAll('"', '""')}"`).join(' OR '), CANDIDATES);
  const found = scored(rows);
  return found.length > 0 || grams.length === 0 ? found : scored(closeNames(sql, asked));

  function scored(those: readonly { titleId: string }[]): Title[] {
    return those
      .flatMap(({ titleId }) => titleOf(titleId) ?? [])
      .map((title) => ({ title, score: scoreOf(title, asked, grams) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || b.title.popularity - a.title.popularity)
      .map(({ title }) => title);
  }
}

/** No trigram in common, and yet meant: a slip in the middle of a short word. Reads every name, so it comes last. */
function closeNames(sql: Database['sql'], asked: string): { titleId: string }[] {
  return sql
    .prepare<[], { titleId: string; name: string }>('SELECT titleId, name FROM catalog_words')
    .all()
    .map(({ titleId, name }) => ({ titleId, close: closeness(asked.split(' '), fold(name).split(' ')) }))
    .filter(({ close }) => close >= LEAST_CLOSE)
    .sort((a, b) => b.close - a.close)
    .slice(0, CANDIDATES);
}

function scoreOf(title: Title, asked: string, grams: string[]): number {
  const name = fold(title.name);
  if (grams.length === 0) return name.split(' ').some((word) => word.startsWith(asked)) ? 1 : 0;
  const share = (text: string) => {
    const has = new Set(trigrams(fold(text)));
    const found = grams.filter((gram) => has.has(gram)).length / grams.length;
    return found >= LEAST_SHARE ? found : 0;
  };
  const close = (text: string) => {
    const found = closeness(asked.split(' '), fold(text).split(' '));
    return found >= LEAST_CLOSE ? found : 0;
  };
  // Not of the description: among so many words there is always one that is close.
  const either = (text: string) => Math.max(share(text), close(text));
  const best = (texts: string[]) => Math.max(0, ...texts.map(either));
  const exactly = name === asked ? 2 : name.startsWith(asked) ? 1 : 0;
  return (
    exactly +
    WEIGHT.name * either(title.name) +
    WEIGHT.description * share(title.description) +
    WEIGHT.people * best(title.cast) +
    WEIGHT.genres * best(title.genres)
  );
}

/** Lower case, no accents, single spaces: how two spellings of the same thing become equal. */
function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/\s+/g, ' ').trim();
}

function trigrams(text: string): string[] {
  return [...new Set(text.split(' ').flatMap((word) => pieces(word)))];
}

function pieces(word: string): string[] {
  const letters = [...word];
  return letters.slice(2).map((_, i) => letters.slice(i, i + 3).join(''));
}
