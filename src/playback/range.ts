import type { Bytes } from '../shared/units.ts';

/** `end` is behind the last byte. */
export type Span = { readonly start: Bytes; readonly end: Bytes };

/**
 * A Range header (RFC 9110 section 14.2) on a body of so many bytes. `undefined`: no range, or one that may be
 * ignored (another unit, several ranges, nonsense). `unsatisfiable`: 416. An open range goes to the end:
 * Chromium's media code never asks for the rest of what was cut off.
 */
export function parseRange(header: string | null, sizeBytes: Bytes): Span | undefined | 'unsatisfiable' {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') {
    const suffixBytes = Math.min(Number(last), sizeBytes);
    return suffixBytes === 0 ? 'unsatisfiable' : { start: sizeBytes - suffixBytes, end: sizeBytes };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= sizeBytes) return 'unsatisfiable';
  return { start, end: last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes) };
}
