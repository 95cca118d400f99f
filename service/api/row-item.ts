import type { RowItem } from '../../src/shared/catalog.ts';
import type { Card } from './db/cards.ts';
import { matchScore } from './taste.ts';
import type { Taste } from './taste.ts';

/** A title as rows and search results show it. */
export function rowItem(card: Card, taste: Taste): RowItem {
  const { titleId, type, name, releaseYear, durationSeconds, artworkVersion } = card;
  return {
    titleId,
    type,
    name,
    releaseYear,
    durationSeconds,
    artworkVersion,
    matchScore: matchScore(card, taste),
  };
}
