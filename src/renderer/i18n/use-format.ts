import { useMemo } from 'react';
import { useIntl } from 'react-intl';
import type { BitsPerSecond, Bytes, Ms, Seconds } from '../../shared/units.ts';
import * as format from './format.ts';

/** The formats of `format.ts` in the viewer's language. */
export function useFormat() {
  const { locale } = useIntl();
  return useMemo(
    () => ({
      size: (bytes: Bytes) => format.formatSize(locale, bytes),
      rate: (bytesPerSecond: number) => format.formatRate(locale, bytesPerSecond),
      bandwidth: (bitsPerSecond: BitsPerSecond) => format.formatBandwidth(locale, bitsPerSecond),
      duration: (seconds: Seconds) => format.formatDuration(locale, seconds),
      remaining: (ms: Ms) => format.formatRemaining(locale, ms),
      moment: (atMs: Ms, nowMs: Ms) => format.formatMoment(locale, atMs, nowMs),
      when: (atMs: Ms, nowMs: Ms) => format.formatWhen(locale, atMs, nowMs),
      number: (value: number) => new Intl.NumberFormat(locale).format(value),
      language: (tag: string) => format.formatLanguage(locale, tag),
      list: (items: string[]) => new Intl.ListFormat(locale, { type: 'unit' }).format(items),
    }),
    [locale],
  );
}
