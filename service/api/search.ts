import type { TextCard, Viewer } from './db/cards.ts';
import type { Database } from './db/database.ts';
import { editDistance, fold, wordsOf } from './words.ts';

const RESULTS = 50;
/** As many as are scored exactly; bm25 alone ranks a typo too low and a long text too high. */
const CANDIDATES = 300;
const NEAR_WORDS = 6;
const MOST_WORDS = 8;
const WEIGHT = { name: 3, description: 1, people: 1, genres: 1 };

export type Search = (viewer: Viewer, question: string) => Promise<TextCard[]>;

/**
 * Titles that answer a question, best first: a word in the name counts three times; words may be beginnings
 * or misspelled (one error from four letters, two from seven); popularity breaks ties.
 */
export function createSearch({ cards, titles }: Database): Search {
  let vocabulary: { revision: number; words: string[] } | undefined;
  async function words(): Promise<string[]> {
    const revision = await titles.revision();
    if (vocabulary?.revision !== revision) {
      const texts = await cards.vocabularyTexts();
      vocabulary = { revision, words: [...new Set(texts.flatMap((text) => text.split(' ')))] };
    }
    return vocabulary.words;
  }

  return async (viewer, question) => {
    const asked = wordsOf(question).slice(0, MOST_WORDS);
    if (asked.length === 0) return [];
    const long = asked.filter((word) => word.length >= 3);
    if (long.length === 0) return cards.namedLike(viewer, fold(question), RESULTS);
    const known = await words();
    const meant = asked.map((word) => ({ word, instead: nearest(word, known) }));
    const phrases = meant.flatMap(({ word, instead }) => [word, ...instead.keys()]);
    const found = await cards.holding(
      viewer,
      [...new Set(phrases)].filter((phrase) => phrase.length >= 3),
      CANDIDATES,
    );
    return found
      .map((card) => ({ card, score: scoreOf(card, meant, fold(question)) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score || b.card.popularity - a.card.popularity)
      .slice(0, RESULTS)
      .map(({ card }) => card);
  };
}

/** A word as it was typed, and what it may have been meant to be, with the number of errors in each. */
interface Meant {
  readonly word: string;
  readonly instead: ReadonlyMap<string, number>;
}

/** Words of the catalog near to a word; none when it is one itself, or begins one. */
function nearest(word: string, known: readonly string[]): Map<string, number> {
  const allowed = allowedErrors(word);
  if (allowed === 0 || known.some((other) => other.startsWith(word))) return new Map();
  const near = known
    .map((other): [string, number] => [other, editDistance(word, other, allowed)])
    .filter(([, distance]) => distance <= allowed)
    .sort(([a, x], [b, y]) => x - y || a.localeCompare(b));
  return new Map(near.slice(0, NEAR_WORDS));
}

function allowedErrors(word: string): number {
  if (word.length >= 7) return 2;
  return word.length >= 4 ? 1 : 0;
}

function scoreOf(card: TextCard, asked: readonly Meant[], question: string): number {
  const fields = [
    { weight: WEIGHT.name, words: wordsOf(card.name) },
    { weight: WEIGHT.description, words: wordsOf(card.description) },
    { weight: WEIGHT.people, words: wordsOf(card.people.join(' ')) },
    { weight: WEIGHT.genres, words: wordsOf(card.genres.join(' ')) },
  ];
  let score = 0;
  let matched = 0;
  for (const meant of asked) {
    const best = Math.max(...fields.map((field) => field.weight * likeness(meant, field.words)));
    score += best;
    if (best > 0) matched += 1;
  }
  // Half of a question is not an answer to it.
  if (matched * 2 <= asked.length && matched < asked.length) return 0;
  const name = fold(card.name);
  if (name === question) score += 2;
  else if (name.startsWith(question)) score += 1;
  // Rounded, so that equal answers are equal and popularity decides between them.
  return Math.round(score * 1000) / 1000;
}

/** How well the best of the words stands for the one that was typed: 1 the same, 0 not at all. */
function likeness({ word: typed, instead }: Meant, words: readonly string[]): number {
  let best = 0;
  for (const word of words) {
    if (word === typed) return 1;
    const errors = instead.get(word);
    if (errors !== undefined) best = Math.max(best, 0.75 - 0.15 * errors);
    else if (word.startsWith(typed)) best = Math.max(best, 0.85);
    else if (typed.length >= 3 && word.includes(typed)) best = Math.max(best, 0.5);
  }
  return best;
}
