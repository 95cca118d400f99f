import { LayoverError } from '../shared/errors.ts';
import type { ErrorDetails } from '../shared/errors.ts';
import { refusalErrorCode } from '../shared/license.ts';
import type { LicensePolicy, RefusalReason, Verdict, VerdictLimit } from '../shared/license.ts';
import { MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import type { Ms, Seconds } from '../shared/units.ts';

/** Of the claims, what the verdict depends on. */
export interface Grant {
  readonly issuedAtMs: Ms;
  readonly policy: LicensePolicy;
  readonly notBeforeMs?: Ms | undefined;
}

/** Somebody watching, without a break that would make it another viewing. */
export interface Viewing {
  readonly sinceMs: Ms;
  /** How long the video lasts: soft enforcement is not for ever. null: not known. */
  readonly durationMs: Ms | null;
}

/** What happened under a grant. */
export interface GrantState {
  /** When play started for good; written once. */
  readonly firstPlayAtMs: Ms | null;
  /** The viewing that asks, if it is one that is under way. */
  readonly viewing: Viewing | null;
  /** The key was dropped because a window had ended or the service took it back: no clock revives it. */
  readonly ended: { readonly reason: EndReason; readonly sinceMs: Ms } | null;
}

export type EndReason = Exclude<RefusalReason, 'no-license' | 'not-allowed' | 'not-yet' | 'clock-behind'>;
export const untouched: GrantState = { firstPlayAtMs: null, viewing: null, ended: null };

/** How far a clock may lag behind what is known before it counts as wrong. */
export const CLOCK_TOLERANCE_MS: Ms = 5 * MINUTE_MS;

type Window = Exclude<VerdictLimit, 'none'>;
type End = { readonly limit: Window; readonly atMs: Ms };
const reasonOf: Record<Window, EndReason> = {
  license: 'license-expired',
  rental: 'rental-expired',
  playback: 'playback-expired',
  renewal: 'renewal-overdue',
};

/**
 * The one answer to "may this be played now?", for screen, player and download alike. Pure. Widevine's terms:
 *
 *   - license:  `issuedAt + license_duration` ends everything, a viewing under way included.
 *   - renewal:  `issuedAt + renewal_delay + renewal_recovery_duration` does the same, where renewing is allowed.
 *   - rental:   `issuedAt + rental_duration` is the end of starting: it refuses until first play is written.
 *               Without `soft_enforce_rental_duration` it cuts off play that has started, too.
 *   - playback: `firstPlayAt + playback_duration` ends play.
 *
 * Soft enforcement lets a viewing that began before a rental or playback end finish: itself alone (another
 * window is another viewing), and for no longer past that end than the video lasts, however it is paused and
 * sought. A duration of 0 is no limit. The least end binds (at a tie: license, renewal, rental, playback). Play is allowed
 * strictly before an end and refused at it, and allowed from `notBefore` on. A machine whose clock is behind is
 * refused only where a window matters: it cannot be known whether that has ended.
 */
export function verdict(
  grant: Grant | null,
  state: GrantState,
  trusted: { nowMs: Ms; isClockBehind: boolean },
): Verdict {
  if (!grant) return { allowed: false, reason: 'no-license', sinceMs: null, canRenew: true };
  const { policy } = grant;
  const canRenew = policy.can_renew;
  if (!policy.can_play) return { allowed: false, reason: 'not-allowed', sinceMs: null, canRenew: false };
  if (state.ended) return { allowed: false, ...state.ended, canRenew };

  const ends = endsOf(grant, state, trusted.nowMs);
  const over = ends.cutting.find(({ atMs }) => trusted.nowMs >= atMs);
  if (over) return { allowed: false, reason: reasonOf[over.limit], sinceMs: over.atMs, canRenew };
  if (grant.notBeforeMs !== undefined && trusted.nowMs < grant.notBeforeMs)
    return {
      allowed: false,
      reason: 'not-yet',
      sinceMs: null,
      startsAtMs: grant.notBeforeMs,
      canRenew: false,
    };

  const hasWindow = ends.cutting.length > 0 || policy.playback_duration_seconds > 0;
  if (hasWindow && (trusted.isClockBehind || isBeforeItsTime(grant, state, trusted.nowMs)))
    return { allowed: false, reason: 'clock-behind', sinceMs: null, canRenew };

  const started = state.firstPlayAtMs !== null;
  const finishWithinSeconds = policy.playback_duration_seconds || null;
  return {
    allowed: true,
    playableUntilMs: ends.lasting[0]?.atMs ?? null,
    startByMs: started ? null : (ends.cutting[0]?.atMs ?? null),
    finishWithinSeconds,
    limitedBy: ends.cutting[0]?.limit ?? (!started && finishWithinSeconds !== null ? 'playback' : 'none'),
    firstPlayAtMs: state.firstPlayAtMs,
    canRenew,
  };
}

/** Both lists least first: what refuses play now, and what will end play once it has started. */
function endsOf(grant: Grant, state: GrantState, nowMs: Ms): { cutting: End[]; lasting: End[] } {
  const { policy, issuedAtMs } = grant;
  const started = state.firstPlayAtMs !== null;
  const soft = (isSoft: boolean) => (end: End) => (isSoft ? finishing(end, state.viewing, nowMs) : [end]);
  const firm = [...endOf('license', issuedAtMs, policy.license_duration_seconds), ...renewalEnd(grant)];
  const rental = endOf('rental', issuedAtMs, policy.rental_duration_seconds);
  const rentalOnceStarted = policy.soft_enforce_rental_duration ? [] : rental;
  const rentalToStart = rental.flatMap(soft(policy.soft_enforce_rental_duration));
  const playback = started
    ? endOf('playback', state.firstPlayAtMs, policy.playback_duration_seconds).flatMap(
        soft(policy.soft_enforce_playback_duration),
      )
    : [];
  const leastFirst = (a: End, b: End) => a.atMs - b.atMs;
  return {
    cutting: [...firm, ...(started ? rentalOnceStarted : rentalToStart), ...playback].sort(leastFirst),
    lasting: [...firm, ...rentalOnceStarted, ...playback].sort(leastFirst),
  };
}

function endOf(limit: Window, fromMs: Ms, durationSeconds: Seconds): End[] {
  return durationSeconds === 0 ? [] : [{ limit, atMs: fromMs + durationSeconds * SECOND_MS }];
}

/** Only where a renewal is tried can it fail for too long. */
function renewalEnd({ issuedAtMs, policy }: Grant): End[] {
  if (!policy.can_renew || policy.renewal_delay_seconds === 0) return [];
  const triedFromMs = issuedAtMs + policy.renewal_delay_seconds * SECOND_MS;
  return endOf('renewal', triedFromMs, policy.renewal_recovery_duration_seconds);
}

/** The end as it is for a viewing that began before it and goes on past it: later, by the video's length. */
function finishing(end: End, viewing: Viewing | null, nowMs: Ms): End[] {
  if (nowMs < end.atMs || !viewing || viewing.sinceMs >= end.atMs) return [end];
  return viewing.durationMs === null ? [] : [{ ...end, atMs: end.atMs + viewing.durationMs }];
}

/** Time cannot be before the license was issued, or before the first play under it. */
function isBeforeItsTime(grant: Grant, state: GrantState, nowMs: Ms): boolean {
  return nowMs < Math.max(grant.issuedAtMs, state.firstPlayAtMs ?? 0) - CLOCK_TOLERANCE_MS;
}

/** Written down as a time that has not come yet: by a clock that was far ahead, and was corrected since. */
export function isBeyondItsTime(atMs: Ms, nowMs: Ms): boolean {
  return atMs > nowMs + CLOCK_TOLERANCE_MS;
}

/** A refusal as the error that the viewer is shown. */
export function refusalError(refusal: Extract<Verdict, { allowed: false }>, videoId: string): LayoverError {
  const details: ErrorDetails = { videoId };
  if (refusal.sinceMs !== null) details.sinceMs = refusal.sinceMs;
  if (refusal.startsAtMs !== undefined) details.startsAtMs = refusal.startsAtMs;
  return new LayoverError(refusalErrorCode[refusal.reason], details);
}
