import type { TripSuggestion } from '../../shared/trip.ts';
import type { Bytes, Seconds } from '../../shared/units.ts';

export type Candidate = Omit<TripSuggestion, 'isChosen'>;

/** More than anybody looks through. */
const MOST = 30;

/** Enough to find something among, for who has nothing of the own. */
const MOST_PICKS = 12;

/** Of each title its next episode first, then of each the second one, and so on, the titles in the order given. */
function inTurn(byTitle: readonly (readonly Candidate[])[]): Candidate[] {
  const depth = Math.max(0, ...byTitle.map((those) => those.length));
  return Array.from({ length: depth }, (_, at) => byTitle.flatMap((those) => those[at] ?? [])).flat();
}

/**
 * What to take along, the titles in turn. Chosen is what fills the time that is missing, as far as the space goes. Where
 * that does not fill it, `picks` follow: nothing that the viewer asked for, so none of them is chosen.
 */
export function suggest(
  byTitle: readonly (readonly Candidate[])[],
  missing: { readonly seconds: Seconds; readonly availableBytes: Bytes },
  picks: readonly (readonly Candidate[])[] = [],
): TripSuggestion[] {
  let seconds = missing.seconds;
  let bytes = missing.availableBytes;
  const own = inTurn(byTitle)
    .slice(0, MOST)
    .map((candidate) => {
      const isChosen = seconds > 0 && candidate.size.bytes <= bytes;
      if (isChosen) {
        seconds -= candidate.durationSeconds;
        bytes -= candidate.size.bytes;
      }
      return { ...candidate, isChosen };
    });
  const more = seconds > 0 ? inTurn(picks).slice(0, MOST_PICKS) : [];
  return [...own, ...more.map((candidate) => ({ ...candidate, isChosen: false }))];
}
