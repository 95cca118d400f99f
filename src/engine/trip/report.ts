import type { Outlook } from '../../license/outlook.ts';
import type { RefusalReason, Verdict } from '../../shared/license.ts';
import type { Trip, TripItem, TripPlays, TripReport } from '../../shared/trip.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../shared/units.ts';
import type { Ms, Seconds } from '../../shared/units.ts';
import { endOf } from '../../shared/words/license-words.ts';

/** When something plays within a trip. Both null: at all times of it. */
interface Span {
  readonly plays: TripPlays;
  readonly playsFromMs: Ms | null;
  readonly playsUntilMs: Ms | null;
  readonly why: RefusalReason | null;
}

type At = (atMs: Ms) => Verdict;

/**
 * When an answer allows play from `fromMs` to `toMs`, both included, while nobody starts anything: it is asked
 * where it may change, and nowhere else.
 */
function spanOf(at: At, { fromMs, toMs }: Pick<Trip, 'fromMs' | 'toMs'>): Span {
  const first = at(fromMs);
  const begins = first.allowed || first.startsAtMs === undefined ? fromMs : first.startsAtMs;
  const begun = begins === fromMs ? first : begins <= toMs ? at(begins) : first;
  if (!begun.allowed) return { plays: 'no', playsFromMs: null, playsUntilMs: null, why: begun.reason };
  const endMs = endOf(begun);
  const isToTheEnd = endMs === null || endMs > toMs;
  if (isToTheEnd && begins === fromMs)
    return { plays: 'whole', playsFromMs: null, playsUntilMs: null, why: null };
  const last = isToTheEnd ? first : at(endMs);
  return {
    plays: 'part',
    playsFromMs: begins === fromMs ? null : begins,
    playsUntilMs: isToTheEnd ? null : endMs,
    why: last.allowed ? null : last.reason,
  };
}

/** What a trip is looked at for: from now on, if it has begun. */
export function fromNow(trip: Trip, nowMs: Ms): Trip {
  return { ...trip, fromMs: Math.max(trip.fromMs, nowMs) };
}

export type TripOutlook = Pick<
  TripItem,
  'plays' | 'playsFromMs' | 'playsUntilMs' | 'why' | 'startedNow' | 'remedy' | 'renewFromMs' | 'renewNow'
>;
type Remedy = Pick<TripOutlook, 'remedy' | 'renewFromMs' | 'renewNow'>;

/** Less than this part of what is left is no gain: what was renewed a moment ago would always gain a little. */
const LEAST_GAIN = 0.05;

/**
 * How a video's license stands to a trip that begins now or later. Pure; every answer is the verdict's own.
 *
 * @param outlook null: there is no license for offline use here
 */
export function tripOutlook(verdict: Verdict, outlook: Outlook | null, trip: Trip, nowMs: Ms): TripOutlook {
  const nothing = {
    playsFromMs: null,
    playsUntilMs: null,
    startedNow: null,
    renewFromMs: null,
    renewNow: false,
  } as const;
  if (!verdict.allowed && verdict.reason === 'clock-behind')
    return { ...nothing, plays: 'no', why: 'clock-behind', remedy: 'set-clock' };
  if (!outlook) {
    // What needs no license plays as it does now; of what lacks one, the next license's windows are not known.
    const why = verdict.allowed ? null : verdict.reason;
    const remedy = verdict.allowed ? 'not-needed' : verdict.canRenew ? 'renew' : 'none';
    return { ...nothing, plays: verdict.allowed ? 'whole' : 'no', why, remedy, renewNow: remedy === 'renew' };
  }
  const span = spanOf((atMs) => outlook.at(atMs), trip);
  return { ...span, startedNow: startedNow(outlook, trip, nowMs), ...remedyFor(outlook, span, trip, nowMs) };
}

function startedNow(outlook: Outlook, trip: Trip, nowMs: Ms): TripOutlook['startedNow'] {
  const now = outlook.at(nowMs);
  if (!now.allowed || now.firstPlayAtMs !== null || now.finishWithinSeconds === null) return null;
  const { plays, playsUntilMs } = spanOf((atMs) => outlook.at(atMs, nowMs), trip);
  return { plays, playsUntilMs };
}

function remedyFor(outlook: Outlook, span: Span, trip: Trip, nowMs: Ms): Remedy {
  if (span.plays === 'whole') return { remedy: 'not-needed', renewFromMs: null, renewNow: false };
  const after = (issuedAtMs: Ms) => {
    const renewed = outlook.renewedAt(issuedAtMs);
    return renewed && spanOf((atMs) => renewed.at(atMs), trip);
  };
  const now = after(nowMs);
  if (now?.plays === 'whole') return { remedy: 'renew', renewFromMs: null, renewNow: true };
  const atDeparture = after(trip.fromMs);
  if (!atDeparture || atDeparture.plays === 'no')
    return { remedy: 'none', renewFromMs: null, renewNow: false };
  const lasts = ({ plays, playsUntilMs }: Span) =>
    plays === 'no' ? trip.fromMs : (playsUntilMs ?? Infinity);
  const gainMs = now ? lasts(now) - lasts(span) : 0;
  const renewNow = gainMs > 0 && gainMs >= (lasts(now ?? span) - nowMs) * LEAST_GAIN;
  if (atDeparture.plays === 'whole') {
    // Windows count from the issue: so much later, it reaches the end of the trip.
    const latest = outlook.renewedAt(trip.fromMs)?.at(trip.fromMs);
    const endMs = latest ? endOf(latest) : null;
    const renewFromMs = trip.fromMs - Math.max(0, (endMs ?? 0) - trip.toMs - 1);
    return { remedy: 'renew-later', renewFromMs, renewNow };
  }
  if (lasts(atDeparture) <= lasts(span)) return { remedy: 'none', renewFromMs: null, renewNow: false };
  return { remedy: 'renew-longer', renewFromMs: null, renewNow };
}

/** How much the viewer would watch: by the day; on a trip of hours no more than it has. */
export function wantedSeconds({ fromMs, toMs, hoursPerDay }: Trip): Seconds {
  const lengthMs = toMs - fromMs;
  const byTheDayMs = hoursPerDay * HOUR_MS * Math.max(1, lengthMs / DAY_MS);
  return Math.min(lengthMs, byTheDayMs) / SECOND_MS;
}

/** Of a report's items, what fills the trip, what will once it is complete or renewed, and what is missing then. */
export function watchTime(
  items: readonly Pick<TripItem, 'isComplete' | 'isWatched' | 'plays' | 'remedy' | 'watchSeconds'>[],
  trip: Trip,
): TripReport['watch'] {
  const wanted = wantedSeconds(trip);
  const some = (counts: (item: (typeof items)[number]) => boolean) =>
    items.filter((item) => !item.isWatched && counts(item)).reduce((sum, item) => sum + item.watchSeconds, 0);
  const storedSeconds = some(({ isComplete, plays }) => isComplete && plays !== 'no');
  const comingSeconds = some(({ isComplete, plays, remedy }) =>
    plays === 'no' ? remedy !== 'none' : !isComplete,
  );
  const missingSeconds = Math.max(0, wanted - storedSeconds - comingSeconds);
  return { storedSeconds, comingSeconds, wantedSeconds: wanted, missingSeconds };
}
