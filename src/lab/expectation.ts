import { durationText, parseDuration } from '../shared/lab-scenario.ts';
import type { ExpectedVerdict } from '../shared/lab-scenario.ts';
import type { Verdict } from '../shared/license.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';

/** Where times of a scenario are counted from. */
interface Origin {
  momentMs(moment: string): Ms;
}

/** What a verdict is other than was expected, a line for each; fields that were not named are not looked at. */
export function differences(expected: ExpectedVerdict, actual: Verdict, origin: Origin): string[] {
  const words = inWords(actual, origin);
  return Object.entries(expected).flatMap(([field, value]) => {
    const was = words[field as keyof ExpectedVerdict];
    const isSame = was === undefined ? false : sameValue(field, value, was, origin);
    return isSame ? [] : [`${field}: expected ${String(value)}, was ${String(was ?? 'not there')}`];
  });
}

/** A verdict with its times as durations since the start: as a scenario writes it. */
export function inWords(verdict: Verdict, origin: Origin): ExpectedVerdict {
  const startMs = origin.momentMs('0s');
  const moment = (atMs: Ms | null) => (atMs === null ? null : durationText(atMs - startMs));
  if (!verdict.allowed) {
    const { allowed, reason, canRenew, sinceMs, startsAtMs } = verdict;
    const since = moment(sinceMs);
    const startsAt = startsAtMs === undefined ? null : moment(startsAtMs);
    return { allowed, reason, since, ...(startsAt === null ? {} : { startsAt }), canRenew };
  }
  return {
    allowed: true,
    limitedBy: verdict.limitedBy,
    startBy: moment(verdict.startByMs),
    playableUntil: moment(verdict.playableUntilMs),
    finishWithin:
      verdict.finishWithinSeconds === null ? null : durationText(verdict.finishWithinSeconds * SECOND_MS),
    firstPlayAt: moment(verdict.firstPlayAtMs),
    canRenew: verdict.canRenew,
  };
}

function sameValue(field: string, expected: unknown, actual: unknown, { momentMs }: Origin): boolean {
  if (typeof expected !== 'string' || typeof actual !== 'string') return expected === actual;
  if (field === 'finishWithin') return parseDuration(expected) === parseDuration(actual);
  const isMoment = !['reason', 'limitedBy'].includes(field);
  return isMoment ? momentMs(expected) === momentMs(actual) : expected === actual;
}
