import type { TripSuggestion } from '../../shared/trip.ts';
import type { Bytes, Seconds } from '../../shared/units.ts';

export type Candidate = Omit<TripSuggestion, 'isChosen'>;

/** More than anybody looks through. */
const MOST = 30;

/**
 * What to take along: of each title its next episode first, then of each the second one, and so on, the titles
 * in the order given. Chosen is what fills the time that is missing, as far as the space goes.
 */
export function suggest(
  byTitle: readonly (readonly Candidate[])[],
  missing: { readonly seconds: Seconds; readonly availableBytes: Bytes },
): TripSuggestion[] {
  const depth = Math.max(0, ...byTitle.map((those) => those.length));
  const inTurn = Array.from({ length: depth }, (_, at) => byTitle.flatMap((those) => those[at] ?? []))
    .flat()
    .slice(0, MOST);
  let seconds = missing.seconds;
  let bytes = missing.availableBytes;
  return inTurn.map((candidate) => {
    const isChosen = seconds > 0 && candidate.size.bytes <= bytes;
    if (isChosen) {
      seconds -= candidate.durationSeconds;
      bytes -= candidate.size.bytes;
    }
    return { ...candidate, isChosen };
  });
}
