import type { DownloadRules } from '../shared/settings.ts';
import type { Ms } from '../shared/units.ts';
import { closedUntil } from './schedule.ts';
import type { MinuteOfDay } from './schedule.ts';
import type { WaitingFor } from './types.ts';

/** How the machine is just now. */
export interface Signals {
  readonly isStoragePresent: boolean;
  readonly isOnline: boolean;
  /** As the system sees it; null: it does not say, and then bytes are taken to cost nothing. */
  readonly isMetered: boolean | null;
  readonly isOnBattery: boolean;
  readonly nowMs: Ms;
  readonly minuteOfDay: MinuteOfDay;
}

export interface Demands {
  /** All its bytes are there: only to verify them is left. */
  readonly needsNetwork: boolean;
  /** The viewer wants it now: networks that cost, charger and schedule do not hold it back. */
  readonly startsAnyway: boolean;
}

export interface Unmet {
  readonly for: WaitingFor;
  /** By the wall clock; null: nobody knows. */
  readonly untilMs: Ms | null;
}

/**
 * The first thing that keeps a download from being worked on; null: nothing does. What the viewer has to do
 * something about comes before what passes by itself. Room and errors are not asked here: they are found out
 * by trying.
 */
export function unmetRequirement(rules: DownloadRules, signals: Signals, demands: Demands): Unmet | null {
  if (!signals.isStoragePresent) return { for: 'storage-place', untilMs: null };
  if (demands.needsNetwork && !signals.isOnline) return { for: 'network', untilMs: null };
  if (demands.startsAnyway) return null;
  if (demands.needsNetwork && !rules.allowMetered && isMetered(rules, signals))
    return { for: 'unmetered-network', untilMs: null };
  if (rules.onlyOnCharger && signals.isOnBattery) return { for: 'charger', untilMs: null };
  const untilMs = closedUntil(rules.schedule, signals.nowMs, signals.minuteOfDay);
  return untilMs === null ? null : { for: 'schedule', untilMs };
}

function isMetered({ thisNetwork }: DownloadRules, { isMetered: told }: Signals): boolean {
  return thisNetwork === 'system' ? told === true : thisNetwork === 'metered';
}
