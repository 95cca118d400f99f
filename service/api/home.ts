import { playablesOf } from '../../src/shared/catalog.ts';
import type { Row, RowKind } from '../../src/shared/catalog.ts';
import { DAY_MS } from '../../src/shared/units.ts';
import type { Ms } from '../../src/shared/units.ts';
import type { Card, Viewer } from './db/cards.ts';
import type { Database } from './db/database.ts';
import type { TitlePosition } from './db/viewing.ts';
import { rowItem } from './row-item.ts';
import { likedGenres, matchScore, tasteOf } from './taste.ts';

const ROW_LENGTH = 20;
const CANDIDATES = 200;
const BECAUSE_ROWS = 2;
/** What is talked about is what people started in the last days; what is on top, in the last week. */
const TRENDING_MS: Ms = 2 * DAY_MS;
const TOP_MS: Ms = 7 * DAY_MS;
/** Opened and closed again is not watching. */
const LEAST_WATCHED_SECONDS = 1;

/** The rows of a profile's home screen, in order; empty ones are left out. */
export async function homeRows(
  database: Database,
  viewer: Viewer,
  profileId: string,
  nowMs: Ms,
): Promise<Row[]> {
  const { cards, viewing } = database;
  const positions = await viewing.positions(profileId);
  const taste = await tasteOf(database, viewer, profileId);
  const watched = new Set(positions.map(({ titleId }) => titleId));
  const row = (kind: RowKind, found: Card[], because?: string): Row => ({
    kind,
    ...(because === undefined ? {} : { because }),
    items: found.slice(0, ROW_LENGTH).map((card) => rowItem(card, taste)),
  });

  const candidates = [
    ...(await cards.ofGenres(viewer, likedGenres(taste).slice(0, 8), CANDIDATES)),
    ...(await cards.mostPopular(viewer, CANDIDATES)),
  ];
  const picks = unique(candidates)
    .filter(({ titleId }) => !watched.has(titleId))
    .map((card) => ({ card, score: matchScore(card, taste) }))
    .sort((a, b) => b.score - a.score || b.card.popularity - a.card.popularity)
    .map(({ card }) => card);

  const rows = [
    row('continue-watching', await cards.byIds(viewer, await unfinished(database, positions))),
    row('my-list', await cards.byIds(viewer, await viewing.listed(profileId))),
    row('top-picks', diverse(picks)),
  ];
  const latest = [...watched].slice(0, BECAUSE_ROWS);
  for (const because of await cards.byIds(viewer, latest))
    rows.push(row('because-you-watched', await alike(database, viewer, because, watched), because.name));
  const everywhere = { sinceMs: nowMs - TRENDING_MS, inCountry: null };
  rows.push(row('trending', await cards.mostPlayed(viewer, everywhere, ROW_LENGTH)));
  const here = { sinceMs: nowMs - TOP_MS, inCountry: viewer.country };
  rows.push(row('top-10', await cards.mostPlayed(viewer, here, 10)));
  return rows.filter(({ items }) => items.length > 0);
}

/**
 * Titles that were begun and have something left: the video watched last is not finished, or it is and
 * another one comes after it. Latest first.
 */
async function unfinished({ titles }: Database, positions: readonly TitlePosition[]): Promise<string[]> {
  const latest = new Map<string, TitlePosition>();
  for (const position of positions) if (!latest.has(position.titleId)) latest.set(position.titleId, position);
  const kept: string[] = [];
  for (const [titleId, { videoId, completed, positionSeconds }] of latest) {
    if (!completed && positionSeconds >= LEAST_WATCHED_SECONDS) kept.push(titleId);
    if (!completed) continue;
    const found = await titles.find(titleId);
    if (found && playablesOf(found.title).at(-1)?.videoId !== videoId) kept.push(titleId);
  }
  return kept;
}

/** Shared genres and people, and a little popularity; never what was watched already. */
async function alike(
  { cards }: Database,
  viewer: Viewer,
  to: Card,
  watched: ReadonlySet<string>,
): Promise<Card[]> {
  const likeness = (card: Card): number =>
    2 * overlap(card.genres, to.genres) + overlap(card.people, to.people) + 0.2 * card.popularity;
  const candidates = await cards.ofGenres(viewer, to.genres, CANDIDATES);
  return candidates
    .filter(({ titleId }) => !watched.has(titleId))
    .map((card) => ({ card, score: likeness(card) }))
    .sort((a, b) => b.score - a.score)
    .map(({ card }) => card);
}

/** Jaccard index: 0 nothing in common, 1 the same. */
function overlap(a: readonly string[], b: readonly string[]): number {
  const all = new Set([...a, ...b]);
  return all.size === 0 ? 0 : (a.length + b.length - all.size) / all.size;
}

/** Keeps the order but for runs: no third title in a row with the same leading genre while another waits. */
function diverse(cards: readonly Card[]): Card[] {
  const waiting = [...cards];
  const ordered: Card[] = [];
  while (waiting.length > 0 && ordered.length < ROW_LENGTH) {
    const [last, before] = [ordered.at(-1)?.genres[0], ordered.at(-2)?.genres[0]];
    const isRun = last !== undefined && last === before;
    const at = isRun ? waiting.findIndex(({ genres }) => genres[0] !== last) : 0;
    ordered.push(...waiting.splice(Math.max(0, at), 1));
  }
  return ordered;
}

function unique(cards: readonly Card[]): Card[] {
  return [...new Map(cards.map((card) => [card.titleId, card])).values()];
}
