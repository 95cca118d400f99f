import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { offlinePolicy } from '../../../testing/license-issuer.ts';
import { outlookOf } from '../../license/outlook.ts';
import { untouched, verdict } from '../../license/verdict.ts';
import type { Grant, GrantState } from '../../license/verdict.ts';
import type { LicensePolicy } from '../../shared/license.ts';
import type { Trip } from '../../shared/trip.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../shared/units.ts';
import { fromNow, tripOutlook, wantedSeconds, watchTime } from './report.ts';

const issuedAtMs = Date.UTC(2026, 10, 1, 12);
const day = (days: number) => issuedAtMs + days * DAY_MS;
const trip = (fromMs: number, toMs: number): Trip => ({ fromMs, toMs, hoursPerDay: 3 });

function outlookAt(
  nowMs: number,
  state: Partial<GrantState>,
  over: Trip,
  policy: Partial<LicensePolicy> = {},
  more: Partial<Grant> = {},
) {
  const grant = { issuedAtMs, policy: { ...offlinePolicy, ...policy }, ...more };
  const whole = { ...untouched, ...state };
  const now = verdict(grant, whole, { nowMs, isClockBehind: false });
  return tripOutlook(now, outlookOf(grant, whole), over, nowMs);
}

test('what has not begun plays on the whole trip; begun now, only for its 48 hours', () => {
  expect(outlookAt(day(1), {}, trip(day(2), day(9)))).toMatchObject({
    plays: 'whole',
    remedy: 'not-needed',
    startedNow: { plays: 'part', playsUntilMs: day(3) },
  });
  expect(outlookAt(day(1), {}, trip(day(1), day(2.5))).startedNow).toMatchObject({ plays: 'whole' });
});

test('a window that ends on the way: until when, why, and that renewing now mends it', () => {
  expect(outlookAt(day(25), {}, trip(day(28), day(33)))).toMatchObject({
    plays: 'part',
    playsFromMs: null,
    playsUntilMs: day(30),
    why: 'rental-expired',
    remedy: 'renew',
  });
  const started = outlookAt(day(5), { firstPlayAtMs: day(4) }, trip(day(7), day(9)));
  expect(started).toMatchObject({ plays: 'no', why: 'playback-expired', remedy: 'renew', startedNow: null });
});

test('a window that counts from the renewal: not too early', () => {
  const policy = { license_duration_seconds: (7 * DAY_MS) / SECOND_MS };
  const outlook = outlookAt(day(1), {}, trip(day(20), day(25)), policy);
  expect(outlook).toMatchObject({ plays: 'no', remedy: 'renew-later', renewFromMs: day(18) + 1 });
  const grant = { issuedAtMs: outlook.renewFromMs ?? 0, policy: { ...offlinePolicy, ...policy } };
  const at = (nowMs: number) => verdict(grant, untouched, { nowMs, isClockBehind: false }).allowed;
  expect([at(day(20)), at(day(25))]).toEqual([true, true]);
});

test('a renewal that does not reach the end helps now where it plays a good part longer, and not twice', () => {
  const license = (days: number) => ({ license_duration_seconds: (days * DAY_MS) / SECOND_MS });
  const later = trip(day(5), day(9));
  expect(outlookAt(day(1), {}, later, license(7))).toMatchObject({ remedy: 'renew-later', renewNow: true });
  const again = outlookAt(day(1) + HOUR_MS, {}, later, license(7), { issuedAtMs: day(1) });
  expect(again).toMatchObject({ remedy: 'renew-later', renewNow: false });
  const longer = trip(day(1.5), day(9));
  expect(outlookAt(day(1), {}, longer, license(2))).toMatchObject({ remedy: 'renew-longer', renewNow: true });
  const twice = outlookAt(day(1) + 1, {}, longer, license(2), { issuedAtMs: day(1) });
  expect(twice).toMatchObject({ remedy: 'renew-longer', renewNow: false });
  // Before the trip begins, all of what is renewed now is over.
  expect(outlookAt(day(1), {}, trip(day(20), day(25)), license(7))).toMatchObject({
    remedy: 'renew-later',
    renewNow: false,
  });
  expect(outlookAt(day(25), {}, trip(day(28), day(33)))).toMatchObject({ remedy: 'renew', renewNow: true });
});

test('windows shorter than the trip play longer when renewed late; what cannot be renewed is said to be lost', () => {
  const policy = { license_duration_seconds: (2 * DAY_MS) / SECOND_MS };
  expect(outlookAt(day(1), {}, trip(day(1.5), day(9)), policy)).toMatchObject({
    plays: 'part',
    remedy: 'renew-longer',
  });
  const fixed = { ...policy, can_renew: false };
  expect(outlookAt(day(1), {}, trip(day(3), day(9)), fixed)).toMatchObject({ plays: 'no', remedy: 'none' });
  const revoked = { ended: { reason: 'revoked', sinceMs: day(1) } } as const;
  expect(outlookAt(day(2), revoked, trip(day(3), day(4)))).toMatchObject({ why: 'revoked', remedy: 'none' });
});

test('a title that starts on the way plays from there on; one that starts later does not', () => {
  expect(outlookAt(day(1), {}, trip(day(2), day(9)), {}, { notBeforeMs: day(4) })).toMatchObject({
    plays: 'part',
    playsFromMs: day(4),
    playsUntilMs: null,
    why: 'not-yet',
    remedy: 'none',
  });
  expect(outlookAt(day(1), {}, trip(day(2), day(9)), {}, { notBeforeMs: day(20) })).toMatchObject({
    plays: 'no',
    why: 'not-yet',
  });
});

test('a clock that is wrong comes first; without a license nothing is promised', () => {
  const refused = (reason: 'clock-behind' | 'no-license') =>
    ({ allowed: false, reason, sinceMs: null, canRenew: true }) as const;
  const grant = { issuedAtMs, policy: offlinePolicy };
  const over = trip(day(2), day(3));
  expect(tripOutlook(refused('clock-behind'), outlookOf(grant, untouched), over, day(1))).toMatchObject({
    plays: 'no',
    remedy: 'set-clock',
  });
  expect(tripOutlook(refused('no-license'), null, over, day(1))).toMatchObject({
    plays: 'no',
    remedy: 'renew',
  });
});

describe('against the verdict, with the clock moved through the trip', () => {
  const seconds = (most: number) => fc.oneof(fc.constant(0), fc.integer({ min: 1, max: most / SECOND_MS }));
  const arbitrary = fc.record({
    policy: fc.record({
      license_duration_seconds: seconds(40 * DAY_MS),
      rental_duration_seconds: seconds(40 * DAY_MS),
      playback_duration_seconds: seconds(5 * DAY_MS),
      soft_enforce_playback_duration: fc.boolean(),
      soft_enforce_rental_duration: fc.boolean(),
      renewal_delay_seconds: seconds(20 * DAY_MS),
      renewal_recovery_duration_seconds: seconds(20 * DAY_MS),
      can_renew: fc.boolean(),
    }),
    firstPlayAfterMs: fc.option(fc.integer({ min: 0, max: 10 * DAY_MS })),
    notBeforeAfterMs: fc.option(fc.integer({ min: 0, max: 40 * DAY_MS })),
    nowAfterMs: fc.integer({ min: 0, max: 30 * DAY_MS }),
    leadMs: fc.integer({ min: -DAY_MS, max: 20 * DAY_MS }),
    lengthMs: fc.integer({ min: 1, max: 15 * DAY_MS }),
    moments: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }),
  });

  test('the report is what the verdict says at each moment, as it is and after what it advises', () => {
    fc.assert(
      fc.property(arbitrary, (given) => {
        const nowMs = issuedAtMs + given.nowAfterMs;
        const grant: Grant = {
          issuedAtMs,
          policy: { ...offlinePolicy, ...given.policy },
          ...(given.notBeforeAfterMs === null ? {} : { notBeforeMs: issuedAtMs + given.notBeforeAfterMs }),
        };
        const { firstPlayAfterMs } = given;
        const hasBegun = firstPlayAfterMs !== null && firstPlayAfterMs <= given.nowAfterMs;
        const state = { ...untouched, firstPlayAtMs: hasBegun ? issuedAtMs + firstPlayAfterMs : null };
        const over = fromNow(trip(nowMs + given.leadMs, nowMs + Math.max(given.leadMs, 0) + given.lengthMs), nowMs);
        const really = (by: Grant, as: GrantState) => (atMs: number) =>
          verdict(by, as, { nowMs: atMs, isClockBehind: false });
        const at = really(grant, state);
        const found = tripOutlook(at(nowMs), outlookOf(grant, state), over, nowMs);
        const times = [0, 1, ...given.moments].map((part) =>
          Math.round(over.fromMs + part * (over.toMs - over.fromMs)),
        );
        for (const edge of [found.playsFromMs, found.playsUntilMs])
          if (edge !== null) times.push(...[edge - 1, edge].filter((ms) => ms >= over.fromMs && ms <= over.toMs));

        for (const atMs of times) {
          const isWithin =
            found.plays !== 'no' &&
            (found.playsFromMs === null || atMs >= found.playsFromMs) &&
            (found.playsUntilMs === null || atMs < found.playsUntilMs);
          expect(at(atMs).allowed).toBe(isWithin);
          if (found.startedNow?.plays === 'whole')
            expect(really(grant, { ...state, firstPlayAtMs: nowMs })(atMs).allowed).toBe(true);
          if (found.remedy === 'renew' || found.remedy === 'renew-later') {
            const renewedAtMs = found.remedy === 'renew' ? nowMs : (found.renewFromMs ?? NaN);
            expect(renewedAtMs).toBeGreaterThanOrEqual(nowMs);
            expect(renewedAtMs).toBeLessThanOrEqual(over.fromMs);
            expect(really({ ...grant, issuedAtMs: renewedAtMs }, untouched)(atMs).allowed).toBe(true);
          }
        }
        expect(found.remedy === 'not-needed').toBe(found.plays === 'whole');
        if (!given.policy.can_renew) expect(['not-needed', 'none']).toContain(found.remedy);
      }),
      { numRuns: 2_000 },
    );
  }); // prettier-ignore
});

test('how much is wanted: by the day, and on a flight no more than it lasts', () => {
  expect(wantedSeconds(trip(0, 4 * DAY_MS))).toBe(12 * 3_600);
  expect(wantedSeconds(trip(0, 8 * HOUR_MS))).toBe(3 * 3_600);
  expect(wantedSeconds(trip(0, 2 * HOUR_MS))).toBe(2 * 3_600);
});

test('what is complete, not watched, and plays at all fills the time; what could be mended is coming', () => {
  const item = {
    isComplete: true,
    isWatched: false,
    plays: 'whole' as const,
    remedy: 'not-needed' as const,
    watchSeconds: 100,
  };
  const items = [
    item,
    { ...item, plays: 'part' as const, remedy: 'renew' as const },
    { ...item, plays: 'no' as const, remedy: 'none' as const },
    { ...item, plays: 'no' as const, remedy: 'renew' as const },
    { ...item, isComplete: false },
    { ...item, isWatched: true },
  ];
  expect(watchTime(items, trip(0, 600 * SECOND_MS))).toEqual({
    storedSeconds: 200,
    comingSeconds: 200,
    wantedSeconds: 600,
    missingSeconds: 200,
  });
});
