import { describe, expect, test } from 'vitest';
import { offlinePolicy } from '../../testing/license-issuer.ts';
import type { LicensePolicy, Verdict } from '../shared/license.ts';
import { CLOCK_TOLERANCE_MS, refusalError, untouched, verdict } from './verdict.ts';
import type { GrantState } from './verdict.ts';

const issuedAtMs = Date.UTC(2026, 0, 5);
const unlimited: LicensePolicy = {
  ...offlinePolicy,
  license_duration_seconds: 0,
  rental_duration_seconds: 0,
  playback_duration_seconds: 0,
};
const hard = { soft_enforce_rental_duration: false, soft_enforce_playback_duration: false };

/** The verdict `atMs` after issue; state times count from issue as well. */
function at(
  atMs: number,
  policy: Partial<LicensePolicy>,
  state: Partial<GrantState> = {},
  isClockBehind = false,
): Verdict {
  const since = (ms: number | null | undefined) => (ms == null ? null : issuedAtMs + ms);
  return verdict(
    { issuedAtMs, policy: { ...unlimited, ...policy } },
    {
      ...untouched,
      ...state,
      firstPlayAtMs: since(state.firstPlayAtMs),
      viewing: state.viewing ? { ...state.viewing, sinceMs: issuedAtMs + state.viewing.sinceMs } : null,
    },
    { nowMs: issuedAtMs + atMs, isClockBehind },
  );
}

const cases: {
  name: string;
  policy: Partial<LicensePolicy>;
  state?: Partial<GrantState>;
  endMs: number;
  reason: string;
}[] = [
  { name: 'license', policy: { license_duration_seconds: 100 }, endMs: 100_000, reason: 'license-expired' },
  {
    name: 'license, even during a viewing',
    policy: { license_duration_seconds: 100 },
    state: { firstPlayAtMs: 10_000, viewing: { sinceMs: 10_000, durationMs: null } },
    endMs: 100_000,
    reason: 'license-expired',
  },
  {
    name: 'rental before first play',
    policy: { rental_duration_seconds: 60 },
    endMs: 60_000,
    reason: 'rental-expired',
  },
  {
    name: 'hard rental after first play',
    policy: { ...hard, rental_duration_seconds: 60 },
    state: { firstPlayAtMs: 50_000, viewing: { sinceMs: 50_000, durationMs: null } },
    endMs: 60_000,
    reason: 'rental-expired',
  },
  {
    name: 'playback',
    policy: { playback_duration_seconds: 30 },
    state: { firstPlayAtMs: 50_000 },
    endMs: 80_000,
    reason: 'playback-expired',
  },
  {
    name: 'hard playback during a viewing',
    policy: { ...hard, playback_duration_seconds: 30 },
    state: { firstPlayAtMs: 50_000, viewing: { sinceMs: 50_000, durationMs: null } },
    endMs: 80_000,
    reason: 'playback-expired',
  },
  {
    name: 'the least of all: playback',
    policy: {
      ...hard,
      license_duration_seconds: 100,
      rental_duration_seconds: 90,
      playback_duration_seconds: 30,
    },
    state: { firstPlayAtMs: 50_000 },
    endMs: 80_000,
    reason: 'playback-expired',
  },
  {
    name: 'the least of all: license, where all end together',
    policy: {
      ...hard,
      license_duration_seconds: 80,
      rental_duration_seconds: 80,
      playback_duration_seconds: 30,
    },
    state: { firstPlayAtMs: 50_000 },
    endMs: 80_000,
    reason: 'license-expired',
  },
];

describe.each(cases)('end of $name', ({ policy, state, endMs, reason }) => {
  test('allowed one millisecond before it, refused at it and after it', () => {
    expect(at(endMs - 1, policy, state)).toMatchObject({ allowed: true });
    for (const ms of [endMs, endMs + 1, endMs + 1e12])
      expect(at(ms, policy, state)).toEqual({
        allowed: false,
        reason,
        sinceMs: issuedAtMs + endMs,
        canRenew: true,
      });
  });
});

test('0 is unlimited', () => {
  expect(at(1e13, {}, { firstPlayAtMs: 5 })).toEqual({
    allowed: true,
    playableUntilMs: null,
    startByMs: null,
    finishWithinSeconds: null,
    limitedBy: 'none',
    firstPlayAtMs: issuedAtMs + 5,
    canRenew: true,
  });
});

test('what a screen needs, before and after first play', () => {
  const policy = { rental_duration_seconds: 60, playback_duration_seconds: 30 };
  expect(at(0, policy)).toMatchObject({
    startByMs: issuedAtMs + 60_000,
    finishWithinSeconds: 30,
    playableUntilMs: null,
    limitedBy: 'rental',
  });
  expect(at(50_000, policy, { firstPlayAtMs: 50_000 })).toMatchObject({
    startByMs: null,
    playableUntilMs: issuedAtMs + 80_000,
    limitedBy: 'playback',
  });
  expect(at(0, { playback_duration_seconds: 30 })).toMatchObject({ startByMs: null, limitedBy: 'playback' });
  expect(at(0, { license_duration_seconds: 30 })).toMatchObject({
    startByMs: issuedAtMs + 30_000,
    playableUntilMs: issuedAtMs + 30_000,
    limitedBy: 'license',
  });
});

test('the rental window does not stop what has started', () => {
  expect(at(61_000, { rental_duration_seconds: 60 }, { firstPlayAtMs: 1 }).allowed).toBe(true);
});

test('a viewing that began before the playback end may finish; one that began at it may not', () => {
  const policy = { playback_duration_seconds: 30 };
  expect(at(29_999, policy, { firstPlayAtMs: 0, viewing: { sinceMs: 1, durationMs: null } })).toMatchObject({
    playableUntilMs: issuedAtMs + 30_000,
    limitedBy: 'playback',
  });
  const finishing = at(90_000, policy, { firstPlayAtMs: 0, viewing: { sinceMs: 29_999, durationMs: null } });
  expect(finishing).toMatchObject({ allowed: true, playableUntilMs: null, limitedBy: 'none' });
  expect(
    at(90_000, policy, { firstPlayAtMs: 0, viewing: { sinceMs: 30_000, durationMs: null } }).allowed,
  ).toBe(false);
  expect(
    at(
      90_000,
      { ...policy, license_duration_seconds: 95 },
      { firstPlayAtMs: 0, viewing: { sinceMs: 0, durationMs: null } },
    ),
  ).toMatchObject({ allowed: true, playableUntilMs: issuedAtMs + 95_000 });
});

test('a viewing that finishes does so within the length of the video', () => {
  const policy = { playback_duration_seconds: 30 };
  const state = { firstPlayAtMs: 0, viewing: { sinceMs: 1, durationMs: 7_000 } };
  expect(at(29_999, policy, state)).toMatchObject({ playableUntilMs: issuedAtMs + 30_000 });
  expect(at(30_000, policy, state)).toMatchObject({
    allowed: true,
    playableUntilMs: issuedAtMs + 37_000,
    limitedBy: 'playback',
  });
  expect(at(36_999, policy, state).allowed).toBe(true);
  expect(at(37_000, policy, state)).toMatchObject({ allowed: false, reason: 'playback-expired' });
});

test('a viewing that began before the end of the rental may go on, where that is soft', () => {
  const rental = { rental_duration_seconds: 60 };
  const viewing = { sinceMs: 59_999, durationMs: 7_000 };
  expect(at(60_000, rental, { viewing }).allowed).toBe(true);
  expect(at(67_000, rental, { viewing })).toMatchObject({ reason: 'rental-expired' });
  expect(at(60_000, rental, { viewing: { ...viewing, sinceMs: 60_000 } }).allowed).toBe(false);
  expect(at(60_000, { ...rental, ...hard }, { viewing })).toMatchObject({ reason: 'rental-expired' });
});

test('a renewal that does not succeed for too long ends everything', () => {
  const policy = { renewal_delay_seconds: 10, renewal_recovery_duration_seconds: 5 };
  expect(at(14_999, policy)).toMatchObject({ allowed: true, limitedBy: 'renewal' });
  expect(at(15_000, policy, { firstPlayAtMs: 1, viewing: { sinceMs: 1, durationMs: null } })).toEqual({
    allowed: false,
    reason: 'renewal-overdue',
    sinceMs: issuedAtMs + 15_000,
    canRenew: true,
  });
  expect(at(1e12, { ...policy, renewal_recovery_duration_seconds: 0 }).allowed).toBe(true);
  expect(at(1e12, { ...policy, renewal_delay_seconds: 0 }).allowed).toBe(true);
  expect(at(1e12, { ...policy, can_renew: false }).allowed).toBe(true);
});

test('a title that has not begun is refused until the very moment', () => {
  const grant = { issuedAtMs, policy: unlimited, notBeforeMs: issuedAtMs + 100 };
  const when = (ms: number) => verdict(grant, untouched, { nowMs: issuedAtMs + ms, isClockBehind: false });
  expect(when(99)).toEqual({
    allowed: false,
    reason: 'not-yet',
    sinceMs: null,
    startsAtMs: issuedAtMs + 100,
    canRenew: false,
  });
  expect(when(100).allowed).toBe(true);
});

test('no license, not allowed, not renewable', () => {
  const trusted = { nowMs: issuedAtMs, isClockBehind: false };
  expect(verdict(null, untouched, trusted)).toEqual({
    allowed: false,
    reason: 'no-license',
    sinceMs: null,
    canRenew: true,
  });
  expect(at(0, { can_play: false })).toMatchObject({ reason: 'not-allowed', canRenew: false });
  expect(at(0, { can_renew: false })).toMatchObject({ allowed: true, canRenew: false });
  expect(at(9_000, { can_renew: false, license_duration_seconds: 1 })).toMatchObject({ canRenew: false });
});

test('what has ended stays ended, whatever the clock says', () => {
  const ended = { reason: 'rental-expired', sinceMs: issuedAtMs + 60_000 } as const;
  expect(at(0, { rental_duration_seconds: 60 }, { ended })).toEqual({
    allowed: false,
    ...ended,
    canRenew: true,
  });
});

describe('a clock that is behind', () => {
  test('refuses where a window matters, and only there', () => {
    const behind = (policy: Partial<LicensePolicy>, state = {}) => at(1_000, policy, state, true);
    expect(behind({}).allowed).toBe(true);
    expect(behind({ license_duration_seconds: 60 })).toMatchObject({ reason: 'clock-behind', sinceMs: null });
    expect(behind({ rental_duration_seconds: 60 })).toMatchObject({ reason: 'clock-behind' });
    expect(behind({ playback_duration_seconds: 60 })).toMatchObject({ reason: 'clock-behind' });
    expect(behind({ rental_duration_seconds: 60 }, { firstPlayAtMs: 1 }).allowed).toBe(true);
  });

  test('an end that was passed is the better reason', () => {
    expect(at(60_000, { license_duration_seconds: 60 }, {}, true)).toMatchObject({
      reason: 'license-expired',
    });
  });

  test('time before the issue, or before first play, is a clock that is behind', () => {
    const policy = { playback_duration_seconds: 60 };
    expect(at(-CLOCK_TOLERANCE_MS, policy).allowed).toBe(true);
    expect(at(-CLOCK_TOLERANCE_MS - 1, policy)).toMatchObject({ reason: 'clock-behind' });
    expect(at(0, policy, { firstPlayAtMs: CLOCK_TOLERANCE_MS + 1 })).toMatchObject({
      reason: 'clock-behind',
    });
    expect(at(-CLOCK_TOLERANCE_MS - 1, {}).allowed).toBe(true);
  });
});

test('a refusal becomes the error that the viewer is shown', () => {
  const refusal = at(60_000, { rental_duration_seconds: 60 });
  if (refusal.allowed) throw new Error('refused, surely');
  expect(refusalError(refusal, 'v1').toValue()).toEqual({
    code: 'license/rental-expired',
    details: { videoId: 'v1', sinceMs: issuedAtMs + 60_000 },
  });
});
