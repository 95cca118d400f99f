import { CLOCK_TOLERANCE_MS } from '../license/verdict.ts';
import type { PersistentTrustedTime } from '../license/trusted-time.ts';
import type { LicenseClock } from '../shared/contract.ts';
import type { Ms } from '../shared/units.ts';

/** What trusted time knows, for whoever wonders why a license says what it says. */
export function licenseClock(
  time: Pick<PersistentTrustedTime, 'now' | 'isClockBehind' | 'machine'>,
  lastHeardAtMs: Ms | null,
): LicenseClock {
  const nowMs = time.now();
  const { nowMs: machineMs, correctionMs } = time.machine();
  return {
    nowMs,
    machineMs,
    driftMs: machineMs - nowMs,
    lastHeardAtMs,
    state: stateOf(Math.abs(machineMs - nowMs), {
      isBehind: time.isClockBehind(),
      isCorrected: Math.abs(correctionMs) > CLOCK_TOLERANCE_MS,
      isHeard: lastHeardAtMs !== null,
    }),
  };
}

function stateOf(
  differenceMs: Ms,
  { isBehind, isCorrected, isHeard }: { isBehind: boolean; isCorrected: boolean; isHeard: boolean },
): LicenseClock['state'] {
  if (isBehind) return 'behind';
  if (isCorrected && differenceMs > CLOCK_TOLERANCE_MS) return 'corrected';
  return isHeard ? 'agrees' : 'unheard';
}
