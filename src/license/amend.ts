import type { CheckInStatement, FirstPlay } from '../shared/check-in.ts';
import type { Ms } from '../shared/units.ts';
import type { KeptGrant } from './grant-rows.ts';
import { isBeyondItsTime } from './verdict.ts';

/** How the service's word changes a grant. Pure; the same grant where it changes nothing. */
export function amended(
  grant: KeptGrant,
  word: Pick<CheckInStatement, 'nowMs' | 'revoked' | 'firstPlays'>,
  /** By how much trusted time was just set back; 0 or less. */
  shiftMs: Ms,
): KeptGrant {
  const { licenseId } = grant.claims;
  const firstPlayAtMs = firstPlayOf(grant, word, shiftMs);
  const isRevoked = word.revoked.includes(licenseId) && grant.ended?.reason !== 'revoked';
  if (firstPlayAtMs === grant.firstPlayAtMs && !isRevoked) return grant;
  const fresh = { ...grant, firstPlayAtMs };
  return isRevoked ? { ...fresh, license: null, ended: { reason: 'revoked', sinceMs: word.nowMs } } : fresh;
}

/**
 * The earliest that is known counts. One that was written while the clock was far ahead is moved by the error that was
 * found, and lies at the latest in the service's present: nobody can have started later than now.
 */
function firstPlayOf(
  { claims, firstPlayAtMs }: KeptGrant,
  word: Pick<CheckInStatement, 'nowMs' | 'firstPlays'>,
  shiftMs: Ms,
): Ms | null {
  const known = word.firstPlays
    .filter((told: FirstPlay) => told.licenseId === claims.licenseId && told.issuedAtMs >= claims.issuedAtMs)
    .map(({ atMs }) => atMs);
  const own =
    firstPlayAtMs !== null && isBeyondItsTime(firstPlayAtMs, word.nowMs)
      ? Math.min(firstPlayAtMs + shiftMs, word.nowMs)
      : firstPlayAtMs;
  const all = own === null ? known : [own, ...known];
  return all.length === 0 ? null : Math.min(...all);
}
