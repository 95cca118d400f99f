import fc from 'fast-check';
import { expect, test } from 'vitest';
import { playsForEver } from '../../shared/license.ts';
import { DAY_MS, HOUR_MS } from '../../shared/units.ts';
import { dueThreshold, nextMoment, THRESHOLDS_MS, windowOf } from './due.ts';
import type { Told, Window } from './due.ts';

const [WEEK = 0, TWO_DAYS = 0, TWO_HOURS = 0] = THRESHOLDS_MS;
const month: Window = { kind: 'start', beganAtMs: 0, endsAtMs: 30 * DAY_MS };
const before = (ms: number, { endsAtMs }: Window = month) => endsAtMs - ms;
const toldOf = (thresholdMs: number, { kind, endsAtMs }: Window = month): Told => ({
  kind,
  endsAtMs,
  thresholdMs,
});

test('each threshold has its moment, to the millisecond', () => {
  expect(dueThreshold(month, null, before(WEEK) - 1)).toBeNull();
  expect(dueThreshold(month, null, before(WEEK))).toBe(WEEK);
  expect(dueThreshold(month, toldOf(WEEK), before(TWO_DAYS) - 1)).toBeNull();
  expect(dueThreshold(month, toldOf(WEEK), before(TWO_DAYS))).toBe(TWO_DAYS);
  expect(dueThreshold(month, toldOf(TWO_DAYS), before(TWO_HOURS))).toBe(TWO_HOURS);
  expect(dueThreshold(month, toldOf(TWO_HOURS), before(1))).toBeNull();
  expect(dueThreshold(month, null, month.endsAtMs)).toBeNull();
});

test('after a long sleep only the nearest is told, and the wider ones never again', () => {
  expect(dueThreshold(month, null, before(HOUR_MS))).toBe(TWO_HOURS);
  expect(dueThreshold(month, toldOf(TWO_HOURS), before(3 * DAY_MS))).toBeNull();
});

test('a renewal, and the first play, begin anew', () => {
  const renewed = { ...month, endsAtMs: month.endsAtMs + DAY_MS };
  expect(dueThreshold(renewed, toldOf(TWO_HOURS), before(WEEK, renewed))).toBe(WEEK);
  const finish: Window = { ...month, kind: 'finish' };
  expect(dueThreshold(finish, toldOf(TWO_HOURS), before(TWO_DAYS))).toBe(TWO_DAYS);
});

test('what was so from the beginning is no warning: 48 hours to finish are not told 48 hours before', () => {
  const finish: Window = { kind: 'finish', beganAtMs: 0, endsAtMs: TWO_DAYS };
  expect(dueThreshold(finish, null, 0)).toBeNull();
  expect(nextMoment(finish, 0)).toBe(TWO_DAYS - TWO_HOURS);
  expect(dueThreshold(finish, null, TWO_DAYS - TWO_HOURS)).toBe(TWO_HOURS);
});

test('no window, no warning', () => {
  expect(windowOf(playsForEver, 0)).toBeNull();
  expect(windowOf({ allowed: false, reason: 'rental-expired', sinceMs: 1, canRenew: true }, 0)).toBeNull();
  const started = { ...playsForEver, firstPlayAtMs: 5, playableUntilMs: 9, limitedBy: 'playback' } as const;
  expect(windowOf(started, 1)).toEqual({ kind: 'finish', beganAtMs: 5, endsAtMs: 9 });
});

test('whoever looks at each next moment is told each threshold once, in order; at random moments never twice', () => {
  const arbitraryWindow = fc.record({
    beganAtMs: fc.integer({ min: 0, max: DAY_MS }),
    lengthMs: fc.integer({ min: 2_000, max: 40 * DAY_MS }),
  });
  fc.assert(
    fc.property(arbitraryWindow, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (given, parts) => {
      const { beganAtMs, lengthMs } = given;
      const window: Window = { kind: 'start', beganAtMs, endsAtMs: beganAtMs + lengthMs };
      const tellAt = (moments: readonly number[]) => {
        let told: Told | null = null;
        return moments.flatMap((nowMs) => {
          const thresholdMs = dueThreshold(window, told, nowMs);
          if (thresholdMs === null) return [];
          told = toldOf(thresholdMs, window);
          return [thresholdMs];
        });
      };
      const each: number[] = [];
      for (let at = nextMoment(window, beganAtMs); at !== null; at = nextMoment(window, at)) each.push(at);
      expect(tellAt(each)).toEqual(THRESHOLDS_MS.filter((one) => one < lengthMs - 1_000));
      const random = tellAt(parts.map((part) => beganAtMs + Math.floor(part * lengthMs)).sort((a, b) => a - b));
      expect(random).toEqual([...new Set(random)].sort((a, b) => b - a));
    }),
  );
}); // prettier-ignore
