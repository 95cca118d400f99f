import { MAX_DURATION_SECONDS } from '../limits.ts';
import { malformed, quote } from '../refuse.ts';
import type { Seconds } from '../../shared/units.ts';
import type { XmlElement } from './xml.ts';

/** Attribute values by their types; each is undefined where the attribute is absent, an error where it is wrong. */

function wrong(element: XmlElement, name: string): Error {
  const text = quote(element.attributes.get(name) ?? '');
  return malformed('wrong-value', { text, name, element: element.name });
}

/** Up to 20 digits: 64-bit ticks do not fit in a number. */
export function bigintOf(element: XmlElement, name: string, pattern = /^\d{1,20}$/): bigint | undefined {
  const value = element.attributes.get(name);
  if (value === undefined) return undefined;
  if (!pattern.test(value.trim())) throw wrong(element, name);
  return BigInt(value.trim());
}

export function integerOf(element: XmlElement, name: string, pattern = /^\d{1,15}$/): number | undefined {
  const value = bigintOf(element, name, pattern);
  return value === undefined ? undefined : Number(value);
}

/** What only describes, and may be left out when it is wrong: decimals, up to `most`. */
export function looseNumberOf(element: XmlElement, name: string, most = 1e12): number | undefined {
  const value = Number(element.attributes.get(name)?.trim() || NaN);
  return value >= 0 && value <= most ? value : undefined;
}

/** "30" or "30000/1001"; undefined when it is neither: it only describes. */
export function frameRateOf(element: XmlElement, name: string): number | undefined {
  const value = element.attributes.get(name);
  if (value === undefined) return undefined;
  const [, over, under = '1'] = /^(\d{1,9}(?:\.\d{1,9})?)(?:\/(\d{1,9}))?$/.exec(value.trim()) ?? [];
  const rate = Number(over) / Number(under);
  return rate > 0 && rate < 100_000 ? rate : undefined;
}

/** xs:duration; years and months as in 365 and 30 days, which no recording reaches. */
export function durationOf(element: XmlElement, name: string): Seconds | undefined {
  const value = element.attributes.get(name);
  if (value === undefined) return undefined;
  const n = String.raw`(\d{1,9}(?:\.\d{1,20})?)`;
  const pattern = new RegExp(`^P(?:${n}Y)?(?:${n}M)?(?:${n}D)?(?:T(?:${n}H)?(?:${n}M)?(?:${n}S)?)?$`);
  const parts = pattern.exec(value.trim())?.slice(1);
  if (!parts || parts.every((part) => part === undefined)) throw wrong(element, name);
  const weights = [365 * 86_400, 30 * 86_400, 86_400, 3_600, 60, 1];
  const seconds = parts.reduce((sum, part, at) => sum + Number(part ?? 0) * (weights[at] ?? 0), 0);
  if (seconds > MAX_DURATION_SECONDS) throw wrong(element, name);
  return seconds;
}
