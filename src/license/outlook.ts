import type { Verdict } from '../shared/license.ts';
import type { Ms } from '../shared/units.ts';
import { verdict } from './verdict.ts';
import type { Grant, GrantState } from './verdict.ts';

/**
 * What a license will say at other times than now, for whoever plans ahead (a trip, a warning). It is
 * `verdict` itself, asked with a clock that is right and with nobody watching: no second rule that could differ.
 */
export interface Outlook {
  readonly issuedAtMs: Ms;
  /** `firstPlayAtMs`: as if play had started then, unless it really started before. */
  at(atMs: Ms, firstPlayAtMs?: Ms): Verdict;
  /** As if it were renewed then, on the terms that it has now; null: it cannot be renewed. */
  renewedAt(issuedAtMs: Ms): Outlook | null;
}

/** `nowMs`: an end that is known now holds from now on, whenever it says that it came; before it there was none. */
export function outlookOf(
  grant: Grant,
  state: Pick<GrantState, 'firstPlayAtMs' | 'ended'>,
  nowMs: Ms = Infinity,
): Outlook {
  const { ended } = state;
  const endedFromMs = ended ? Math.min(ended.sinceMs, nowMs) : Infinity;
  return {
    issuedAtMs: grant.issuedAtMs,
    at: (atMs, firstPlayAtMs) =>
      verdict(
        grant,
        {
          firstPlayAtMs: state.firstPlayAtMs ?? firstPlayAtMs ?? null,
          ended: atMs >= endedFromMs ? ended : null,
          viewing: null,
        },
        { nowMs: atMs, isClockBehind: false },
      ),
    renewedAt: (issuedAtMs) =>
      grant.policy.can_renew && grant.policy.can_play && state.ended?.reason !== 'revoked'
        ? outlookOf({ ...grant, issuedAtMs }, { firstPlayAtMs: null, ended: null })
        : null,
  };
}
