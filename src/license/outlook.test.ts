import fc from 'fast-check';
import { expect, test } from 'vitest';
import { offlinePolicy } from '../../testing/license-issuer.ts';
import { DAY_MS, HOUR_MS } from '../shared/units.ts';
import { outlookOf } from './outlook.ts';
import { untouched, verdict } from './verdict.ts';

const issuedAtMs = Date.UTC(2026, 10, 1, 12);
const grant = { issuedAtMs, policy: offlinePolicy };
const arbitraryMoment = fc.integer({ min: 0, max: 60 * DAY_MS }).map((ms) => issuedAtMs + ms);

test('it says what the verdict will be when that time has come', () => {
  fc.assert(
    fc.property(arbitraryMoment, fc.option(arbitraryMoment), (atMs, firstPlayAtMs) => {
      const state = { ...untouched, firstPlayAtMs };
      expect(outlookOf(grant, state).at(atMs)).toEqual(
        verdict(grant, state, { nowMs: atMs, isClockBehind: false }),
      );
    }),
  );
});

test('a first play that happened is not moved by one that is imagined', () => {
  const started = outlookOf(grant, { firstPlayAtMs: issuedAtMs, ended: null });
  expect(started.at(issuedAtMs + 49 * HOUR_MS, issuedAtMs + 48 * HOUR_MS).allowed).toBe(false);
  const fresh = outlookOf(grant, untouched);
  expect(fresh.at(issuedAtMs + 49 * HOUR_MS, issuedAtMs + 48 * HOUR_MS)).toMatchObject({
    allowed: true,
    playableUntilMs: issuedAtMs + 96 * HOUR_MS,
  });
});

test('a renewal gives new windows, also to one that has ended; not to one that cannot be renewed', () => {
  const ended = outlookOf(grant, {
    firstPlayAtMs: issuedAtMs,
    ended: { reason: 'playback-expired', sinceMs: issuedAtMs + 48 * HOUR_MS },
  });
  const renewedAtMs = issuedAtMs + 40 * DAY_MS;
  expect(ended.at(renewedAtMs).allowed).toBe(false);
  expect(ended.renewedAt(renewedAtMs)?.at(renewedAtMs)).toMatchObject({
    allowed: true,
    startByMs: renewedAtMs + 30 * DAY_MS,
    firstPlayAtMs: null,
  });
  const fixed = { ...grant, policy: { ...offlinePolicy, can_renew: false } };
  expect(outlookOf(fixed, untouched).renewedAt(renewedAtMs)).toBeNull();
  const revoked = { firstPlayAtMs: null, ended: { reason: 'revoked', sinceMs: issuedAtMs } } as const;
  expect(outlookOf(grant, revoked).renewedAt(renewedAtMs)).toBeNull();
});

test('one that has ended, its key dropped, says of earlier times what was so then', () => {
  const sinceMs = issuedAtMs + 49 * HOUR_MS;
  const state = {
    firstPlayAtMs: issuedAtMs + HOUR_MS,
    ended: { reason: 'playback-expired', sinceMs },
  } as const;
  const outlook = outlookOf(grant, state, sinceMs + DAY_MS);
  expect(outlook.at(sinceMs - 1)).toMatchObject({ allowed: true, playableUntilMs: sinceMs });
  expect(outlook.at(sinceMs)).toMatchObject({ allowed: false, reason: 'playback-expired', sinceMs });
});

test('an end that a mad clock brought holds although its time has not come', () => {
  const ended = { reason: 'rental-expired', sinceMs: issuedAtMs + 30 * DAY_MS } as const;
  const outlook = outlookOf(grant, { firstPlayAtMs: null, ended }, issuedAtMs + DAY_MS);
  expect(outlook.at(issuedAtMs + DAY_MS)).toMatchObject({ allowed: false, reason: 'rental-expired' });
});
