import { DAY_MS, HOUR_MS, MINUTE_MS } from '../units.ts';
import type { Ms } from '../units.ts';
import type { Reader } from './text.ts';

/** Moments and spans as a reader of `locale` writes them. Spans are of time that passes: summer time is none of it. */

export function inUnit(
  locale: string,
  value: number,
  name: 'day' | 'hour' | 'minute' | 'second',
  unitDisplay: 'short' | 'long' = 'short',
): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay }).format(value);
}

/** What remains of a window, in its one telling unit: days from three days up, then hours, then minutes. */
export function formatRemaining(locale: string, remainingMs: Ms): string {
  const left = Math.max(0, remainingMs);
  if (left >= 3 * DAY_MS) return inUnit(locale, Math.floor(left / DAY_MS), 'day');
  if (left >= HOUR_MS) return inUnit(locale, Math.floor(left / HOUR_MS), 'hour');
  return inUnit(locale, Math.floor(left / MINUTE_MS), 'minute');
}

/** "Friday 18:40" within six days, where a weekday is unmistakable; else with the date, and the year if it is another. */
export function formatDeadline({ locale, timeZone }: Omit<Reader, 'text'>, atMs: Ms, nowMs: Ms): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  const year = (ms: Ms) => new Intl.DateTimeFormat('en', { year: 'numeric', ...zone }).format(ms);
  const isNear = Math.abs(atMs - nowMs) < 6 * DAY_MS;
  const day: Intl.DateTimeFormatOptions = isNear
    ? { weekday: 'long' }
    : { day: 'numeric', month: 'short', ...(year(atMs) === year(nowMs) ? {} : { year: 'numeric' }) };
  return new Intl.DateTimeFormat(locale, { ...day, hour: 'numeric', minute: '2-digit', ...zone }).format(
    atMs,
  );
}
