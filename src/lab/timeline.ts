import type { HeldLicense, Licenses, TrustedTime } from '../license/types.ts';
import type { Outlook } from '../license/outlook.ts';
import { LayoverError } from '../shared/errors.ts';
import type { LabGrant, LabState } from '../shared/lab-contract.ts';
import type { Verdict } from '../shared/license.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms, Seconds } from '../shared/units.ts';
import type { VirtualClock } from './virtual-clock.ts';

type Window = LabGrant['windows'][number];

/** Every license for offline use as it is drawn. */
export function grantsOf(licenses: Pick<Licenses, 'holdings' | 'outlook' | 'verdict'>): LabGrant[] {
  return licenses.holdings().flatMap((held) => {
    const outlook = licenses.outlook(held.videoId);
    if (!outlook) return [];
    return {
      ...held,
      notBeforeMs: held.notBeforeMs ?? null,
      windows: windowsOf(held),
      outlook: strip(held, outlook),
      verdict: licenses.verdict(held.videoId),
    };
  });
}

/** What its verdict is or will be then. Throws `license/none`. */
export function verdictAt(licenses: Pick<Licenses, 'outlook'>, videoId: string, atMs: Ms): Verdict {
  const outlook = licenses.outlook(videoId);
  if (!outlook) throw new LayoverError('license/none', { videoId });
  return outlook.at(atMs);
}

/** The clocks as the lab shows them. */
export function clockOf(
  clock: Pick<VirtualClock, 'now'>,
  time: Pick<TrustedTime, 'now' | 'isClockBehind'>,
  rate: number,
): LabState['clock'] {
  return { wallMs: clock.now(), trustedMs: time.now(), isBehind: time.isClockBehind(), rate };
}

/** The windows of a license as they are drawn. Which of them binds, and when, is for the verdict to say. */
export function windowsOf(held: HeldLicense): Window[] {
  const { policy, issuedAtMs, firstPlayAtMs } = held;
  const window = (limit: Window['limit'], fromMs: Ms | null, seconds: Seconds): Window[] =>
    fromMs === null || seconds === 0 ? [] : [{ limit, fromMs, untilMs: fromMs + seconds * SECOND_MS }];
  const triedFrom = policy.can_renew && policy.renewal_delay_seconds > 0 ? issuedAtMs + policy.renewal_delay_seconds * SECOND_MS : null; // prettier-ignore
  return [
    ...window('license', issuedAtMs, policy.license_duration_seconds),
    ...window('renewal', triedFrom, policy.renewal_recovery_duration_seconds),
    ...window('rental', issuedAtMs, policy.rental_duration_seconds),
    ...window('playback', firstPlayAtMs, policy.playback_duration_seconds),
  ];
}

/** The outlook's own words, asked at every moment at which they can change. */
export function strip(held: HeldLicense, outlook: Outlook): LabGrant['outlook'] {
  const edges = windowsOf(held).flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]);
  const moments = [held.issuedAtMs, held.notBeforeMs, held.ended?.sinceMs, ...edges]
    .filter((atMs) => atMs !== undefined)
    .sort((a, b) => a - b);
  const parts: LabGrant['outlook'] = [];
  for (const fromMs of new Set(moments)) {
    const verdict = outlook.at(fromMs);
    const before = parts.at(-1)?.verdict;
    if (before === undefined || kindOf(before) !== kindOf(verdict)) parts.push({ fromMs, verdict });
  }
  return parts;
}

const kindOf = (verdict: Verdict) => (verdict.allowed ? 'allowed' : verdict.reason);
