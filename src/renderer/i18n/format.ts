import { DAY_MS } from '../../shared/units.ts';
import type { BitsPerSecond, Bytes, Ms, Seconds } from '../../shared/units.ts';
import { inUnit } from '../../shared/words/moments.ts';

export { formatRemaining } from '../../shared/words/moments.ts';

/** Sizes, times and languages as a reader of `locale` writes them. Decimal units, as disks are sold. */

const steps = [
  { unit: 'gigabyte', bytes: 1e9 },
  { unit: 'megabyte', bytes: 1e6 },
  { unit: 'kilobyte', bytes: 1e3 },
] as const;

export function formatSize(locale: string, bytes: Bytes): string {
  const step = steps.find((each) => bytes >= each.bytes * 0.9995) ?? steps[2];
  const value = bytes / step.bytes;
  const maximumFractionDigits = step.unit === 'gigabyte' ? 2 : value < 10 ? 1 : 0;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: step.unit,
    unitDisplay: 'short',
    maximumFractionDigits,
  }).format(value);
}

export function formatRate(locale: string, bytesPerSecond: number): string {
  return `${formatSize(locale, bytesPerSecond)}/s`;
}

export function formatBandwidth(locale: string, bitsPerSecond: BitsPerSecond): string {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(bitsPerSecond / 1e6);
  return `${number} Mbit/s`;
}

/** "1 hr 52 min", "23 min", "40 sec". */
export function formatDuration(locale: string, seconds: Seconds): string {
  if (seconds < 60) return inUnit(locale, Math.max(0, Math.round(seconds)), 'second');
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return inUnit(locale, minutes, 'minute');
  const hours = inUnit(locale, Math.floor(minutes / 60), 'hour');
  return minutes % 60 === 0 ? hours : `${hours} ${inUnit(locale, minutes % 60, 'minute')}`;
}

/** "Fri 18:40" within the week, else with the date. */
export function formatMoment(locale: string, atMs: Ms, nowMs: Ms): string {
  const isNear = Math.abs(atMs - nowMs) < 6 * DAY_MS;
  const day = isNear ? ({ weekday: 'short' } as const) : ({ day: 'numeric', month: 'short' } as const);
  return new Intl.DateTimeFormat(locale, { ...day, hour: 'numeric', minute: '2-digit' }).format(atMs);
}

/** "02:00" or "2:00 AM" when that is unmistakable, within a day; else with the weekday or date. */
export function formatWhen(locale: string, atMs: Ms, nowMs: Ms): string {
  if (Math.abs(atMs - nowMs) >= DAY_MS) return formatMoment(locale, atMs, nowMs);
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(atMs);
}

/** A player's clock: "4:05", "1:02:33". */
export function formatClock(seconds: Seconds): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const rest = `${hours > 0 ? two(Math.floor(whole / 60) % 60) : Math.floor(whole / 60)}:${two(whole % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** "español" → "Español": names of languages stand alone here. */
export function formatLanguage(locale: string, tag: string): string {
  try {
    const name = new Intl.DisplayNames(locale, { type: 'language' }).of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
  } catch {
    return tag;
  }
}
