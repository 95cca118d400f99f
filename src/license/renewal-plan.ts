import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import { isBeyondItsTime, untouched, verdict } from './verdict.ts';
import type { Grant, GrantState } from './verdict.ts';

/** What happened when a license was last to be renewed ahead of need; kept over restarts. */
export interface Tries {
  /** That failed since the last success. */
  readonly count: number;
  /** By trusted time: not before then again. */
  readonly notBeforeMs: Ms;
}

const FIRST_WAIT_MS: Ms = MINUTE_MS;
/** Where the license names no `renewal_retry_interval_seconds`. */
const USUAL_INTERVAL_MS: Ms = HOUR_MS;
/** A service that wants to be left alone for longer than this is asked once a day all the same. */
const LONGEST_ASKED_MS: Ms = DAY_MS;

/**
 * When a renewal ahead of need is due, by trusted time; null: never by itself. Pure.
 *
 *   - `renewal_delay_seconds` after issue;
 *   - with `renew_with_usage` at first play, until a license issued after it says that the service knows;
 *   - at once, where nothing but the time away ended it (`renewal-overdue`), or a clock far ahead that has been
 *     corrected since.
 *
 * A window that the viewer used up is renewed by the viewer's hand alone: it may count against a plan.
 */
export function renewalDueAt(grant: Grant, state: Omit<GrantState, 'viewing'>, nowMs: Ms): Ms | null {
  const { policy, issuedAtMs } = grant;
  if (!policy.can_renew || !policy.can_play) return null;
  const { ended, firstPlayAtMs } = state;
  if (ended)
    return ended.reason === 'renewal-overdue' || isBeyondItsTime(ended.sinceMs, nowMs) ? nowMs : null;
  const now = verdict(grant, { ...untouched, firstPlayAtMs }, { nowMs, isClockBehind: false });
  if (!now.allowed && now.sinceMs !== null) return now.reason === 'renewal-overdue' ? nowMs : null;
  const delay = policy.renewal_delay_seconds;
  const dates = [
    ...(delay > 0 ? [issuedAtMs + delay * SECOND_MS] : []),
    ...(policy.renew_with_usage && firstPlayAtMs !== null && firstPlayAtMs > issuedAtMs
      ? [firstPlayAtMs]
      : []),
  ];
  return dates.length === 0 ? null : Math.min(...dates);
}

/** When it is to be tried: as it is due, and not before its last failure allows. */
export function tryAt(dueAtMs: Ms, tries: Tries | null, nowMs: Ms): Ms {
  // What lies further ahead than any wait that is ever set was written under a clock that was wrong.
  const isWrong = !tries || tries.notBeforeMs - nowMs > LONGEST_ASKED_MS + HOUR_MS;
  return isWrong ? dueAtMs : Math.max(dueAtMs, tries.notBeforeMs);
}

/**
 * How long to wait after a try that failed: doubling from a minute up to `renewal_retry_interval_seconds`, spread
 * over the upper half by `fraction` (0 to 1), and never sooner than the service asked for. `isRefusal`: it
 * answered, and said no: the whole interval.
 */
export function waitAfter(
  count: number,
  intervalSeconds: number,
  from: { fraction: number; isRefusal: boolean; retryAfterMs: Ms },
): Ms {
  const mostMs = intervalSeconds > 0 ? intervalSeconds * SECOND_MS : USUAL_INTERVAL_MS;
  const backoffMs = from.isRefusal ? mostMs : Math.min(mostMs, FIRST_WAIT_MS * 2 ** Math.min(count - 1, 20));
  const spreadMs = backoffMs * (0.5 + from.fraction / 2);
  return Math.round(Math.max(spreadMs, Math.min(from.retryAfterMs, LONGEST_ASKED_MS)));
}
