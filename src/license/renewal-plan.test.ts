import fc from 'fast-check';
import { expect, test } from 'vitest';
import { offlinePolicy } from '../../testing/license-issuer.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import type { LicensePolicy } from '../shared/license.ts';
import { renewalDueAt, tryAt, waitAfter } from './renewal-plan.ts';
import { untouched } from './verdict.ts';

const issuedAtMs = Date.UTC(2026, 0, 5, 12);
const due = (
  policy: Partial<LicensePolicy>,
  state: Partial<typeof untouched> = {},
  nowMs: number = issuedAtMs + HOUR_MS,
) => renewalDueAt({ issuedAtMs, policy: { ...offlinePolicy, ...policy } }, { ...untouched, ...state }, nowMs);

test('due so long after issue as the license says; never, where it says nothing or does not allow it', () => {
  expect(due({ renewal_delay_seconds: 3600 })).toBe(issuedAtMs + HOUR_MS);
  expect(due({ renewal_delay_seconds: 0 })).toBeNull();
  expect(due({ renewal_delay_seconds: 3600, can_renew: false })).toBeNull();
  expect(due({ renewal_delay_seconds: 3600, can_play: false })).toBeNull();
});

test('with renew_with_usage due at first play, once: the next license comes after it', () => {
  const policy = { renewal_delay_seconds: 0, renew_with_usage: true };
  expect(due(policy)).toBeNull();
  expect(due(policy, { firstPlayAtMs: issuedAtMs + 5 })).toBe(issuedAtMs + 5);
  expect(due(policy, { firstPlayAtMs: issuedAtMs - 5 })).toBeNull();
  expect(due({ ...policy, renewal_delay_seconds: 1 }, { firstPlayAtMs: issuedAtMs + 5_000 })).toBe(
    issuedAtMs + SECOND_MS,
  );
});

test('a window that was used up is the viewer’s to renew; one that only the time away ended is not', () => {
  const firstPlayAtMs = issuedAtMs;
  expect(due({}, { firstPlayAtMs }, issuedAtMs + 47 * HOUR_MS)).toBe(issuedAtMs + 20 * DAY_MS);
  expect(
    due({ soft_enforce_playback_duration: false }, { firstPlayAtMs }, issuedAtMs + 48 * HOUR_MS),
  ).toBeNull();
  expect(due({}, {}, issuedAtMs + 31 * DAY_MS)).toBeNull();
  const away = { renewal_delay_seconds: 60, renewal_recovery_duration_seconds: 60 };
  const nowMs = issuedAtMs + 2 * MINUTE_MS;
  expect(due(away, {}, nowMs)).toBe(nowMs);
});

test('what was purged stays the viewer’s, unless a clock far ahead purged it or only the time away', () => {
  const nowMs = issuedAtMs + DAY_MS;
  const ended = (reason: 'rental-expired' | 'revoked' | 'renewal-overdue', sinceMs: number) =>
    due({}, { ended: { reason, sinceMs } }, nowMs);
  expect(ended('rental-expired', nowMs - 1)).toBeNull();
  expect(ended('revoked', nowMs - 1)).toBeNull();
  expect(ended('renewal-overdue', nowMs - 1)).toBe(nowMs);
  expect(ended('rental-expired', nowMs + 40 * DAY_MS)).toBe(nowMs);
});

test('a failure holds the next try back; one that was written under a wrong clock does not', () => {
  expect(tryAt(100, null, 50)).toBe(100);
  expect(tryAt(100, { count: 1, notBeforeMs: 200 }, 50)).toBe(200);
  expect(tryAt(300, { count: 1, notBeforeMs: 200 }, 50)).toBe(300);
  expect(tryAt(100, { count: 1, notBeforeMs: 50 + 40 * DAY_MS }, 50)).toBe(100);
});

test('waits double up to the interval, are spread, and are never shorter than the service asked', () => {
  const wait = (count: number, fraction = 1, rest = {}) =>
    waitAfter(count, 3600, { fraction, isRefusal: false, retryAfterMs: 0, ...rest });
  expect([1, 2, 3, 4].map((count) => wait(count))).toEqual([1, 2, 4, 8].map((n) => n * MINUTE_MS));
  expect(wait(1, 0)).toBe(MINUTE_MS / 2);
  expect(wait(1, 1, { isRefusal: true })).toBe(HOUR_MS);
  expect(wait(1, 0, { retryAfterMs: 5 * HOUR_MS })).toBe(5 * HOUR_MS);
  expect(wait(1, 0, { retryAfterMs: 50 * DAY_MS })).toBe(DAY_MS);
  expect(waitAfter(50, 0, { fraction: 1, isRefusal: false, retryAfterMs: 0 })).toBe(HOUR_MS);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 1, max: 10_000_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      (count, interval, fraction, isRefusal) => {
        const waitMs = waitAfter(count, interval, { fraction, isRefusal, retryAfterMs: 0 });
        expect(waitMs).toBeGreaterThan(0);
        expect(waitMs).toBeLessThanOrEqual(interval * SECOND_MS);
      },
    ),
  );
});
