import type { CheckInStatement, FirstPlay } from '../shared/check-in.ts';
import type { Ms } from '../shared/units.ts';
import type { KeptGrant } from './grant-rows.ts';
import { isBeyondItsTime } from './verdict.ts';

export interface TimeFound {
  /** By how much it was set back; 0 or less. */
  readonly shiftMs: Ms;
  /** `TrustedTime.leapMs` before that. */
  readonly leapMs: Ms;
}

/** How the service's word changes a grant. Pure; the same grant where it changes nothing. */
export function amended(
  grant: KeptGrant,
  word: Pick<CheckInStatement, 'nowMs' | 'revoked' | 'firstPlays'>,
  /** What trusted time was just found to be like; null: that is not what was spoken of. */
  time: TimeFound | null,
): KeptGrant {
  const { licenseId } = grant.claims;
  const firstPlayAtMs = firstPlayOf(grant, word, time);
  const isRevoked = word.revoked.includes(licenseId) && grant.ended?.reason !== 'revoked';
  const firstPlayLeapMs = time ? undefined : grant.firstPlayLeapMs;
  const isSame = firstPlayAtMs === grant.firstPlayAtMs && firstPlayLeapMs === grant.firstPlayLeapMs;
  if (isSame && !isRevoked) return grant;
  const fresh = { ...grant, firstPlayAtMs, firstPlayLeapMs };
  return isRevoked ? { ...fresh, license: null, ended: { reason: 'revoked', sinceMs: word.nowMs } } : fresh;
}

/**
 * The earliest that is known counts. One that was written when the clock had already made its largest step is moved by the
 * error that was found. One from before that step was right, and stays.
 * In any case it lies at the latest in the service's present: nobody can have started later than now.
 */
function firstPlayOf(
  { claims, firstPlayAtMs, firstPlayLeapMs = 0 }: KeptGrant,
  word: Pick<CheckInStatement, 'nowMs' | 'firstPlays'>,
  time: TimeFound | null,
): Ms | null {
  const known = word.firstPlays
    .filter((told: FirstPlay) => told.licenseId === claims.licenseId && told.issuedAtMs >= claims.issuedAtMs)
    .map(({ atMs }) => atMs);
  const all = firstPlayAtMs === null ? known : [ownOf(firstPlayAtMs), ...known];
  return all.length === 0 ? null : Math.min(...all);

  function ownOf(ownMs: Ms): Ms {
    const { shiftMs, leapMs } = time ?? { shiftMs: 0, leapMs: 0 };
    const isAfterLeap = shiftMs < 0 && leapMs > 0 && firstPlayLeapMs >= leapMs;
    if (!isAfterLeap && !isBeyondItsTime(ownMs, word.nowMs)) return ownMs;
    return Math.min(ownMs + shiftMs, word.nowMs);
  }
}
