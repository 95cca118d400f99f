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
}

/** What happened under a grant. */
export interface GrantState {
  /** When play started for good; written once. */
  readonly firstPlayAtMs: Ms | null;
  /** Start of the viewing that is under way just now, if one is. */
  readonly viewingSinceMs: Ms | null;
  /** The key was dropped because a window had ended: no clock revives it, only a renewal. */
  readonly ended: { readonly reason: EndReason; readonly sinceMs: Ms } | null;
}

export type EndReason = Extract<RefusalReason, 'license-expired' | 'rental-expired' | 'playback-expired'>;
export const untouched: GrantState = { firstPlayAtMs: null, viewingSinceMs: null, ended: null };

/** How far a clock may lag behind what is known before it counts as wrong. */
export const CLOCK_TOLERANCE_MS: Ms = 5 * MINUTE_MS;

type Window = Exclude<VerdictLimit, 'none'>;
type End = { readonly limit: Window; readonly atMs: Ms };

/**
 * The one answer to "may this be played now?", for screen, player and download alike. Pure. Widevine's terms:
 *
 *   - license:  `issuedAt + license_duration` ends everything, a viewing under way included.
 *   - rental:   `issuedAt + rental_duration` is the end of starting: it refuses until first play is written.
 *               Without `soft_enforce_rental_duration` it cuts off play that has started, too.
 *   - playback: `firstPlayAt + playback_duration` ends play; with `soft_enforce_playback_duration` a viewing
 *               that began before it may finish.
 *
 * A duration of 0 is no limit. The least end binds (at a tie: license, rental, playback). Play is allowed
 * strictly before an end and refused at it. A machine whose clock is behind is refused only where a window
 * matters: it cannot be known whether that has ended.
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
  if (over) return { allowed: false, reason: `${over.limit}-expired`, sinceMs: over.atMs, canRenew };

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
  const license = endOf('license', issuedAtMs, policy.license_duration_seconds);
  const rental = endOf('rental', issuedAtMs, policy.rental_duration_seconds);
  const playback = started
    ? endOf('playback', state.firstPlayAtMs, policy.playback_duration_seconds).filter(
        ({ atMs }) => !(policy.soft_enforce_playback_duration && isFinishing(atMs, state, nowMs)),
      )
    : [];
  const hardRental = policy.soft_enforce_rental_duration ? [] : rental;
  const leastFirst = (a: End, b: End) => a.atMs - b.atMs;
  return {
    cutting: [...license, ...(started ? hardRental : rental), ...playback].sort(leastFirst),
    lasting: [...license, ...hardRental, ...playback].sort(leastFirst),
  };
}

function endOf(limit: Window, fromMs: Ms, durationSeconds: Seconds): End[] {
  return durationSeconds === 0 ? [] : [{ limit, atMs: fromMs + durationSeconds * SECOND_MS }];
}

/** Is a viewing that began before this end going on past it? */
function isFinishing(endMs: Ms, state: GrantState, nowMs: Ms): boolean {
  return nowMs >= endMs && state.viewingSinceMs !== null && state.viewingSinceMs < endMs;
}

/** Time cannot be before the license was issued, or before the first play under it. */
function isBeforeItsTime(grant: Grant, state: GrantState, nowMs: Ms): boolean {
  return nowMs < Math.max(grant.issuedAtMs, state.firstPlayAtMs ?? 0) - CLOCK_TOLERANCE_MS;
}

/** A refusal as the error that the viewer is shown. */
export function refusalError(refusal: Extract<Verdict, { allowed: false }>, videoId: string): LayoverError {
  const details: ErrorDetails = { videoId };
  if (refusal.sinceMs !== null) details.sinceMs = refusal.sinceMs;
  return new LayoverError(refusalErrorCode[refusal.reason], details);
}
