import type { ByteRange } from '../../shared/presentation.ts';
import { malformed } from '../refuse.ts';

/** Where the range before ended, and in which file. */
export interface RangeEnd {
  readonly address: string;
  readonly endBytes: number;
}

/**
 * "length[@offset]" (RFC 8216bis section 4.4.4.2); without an offset it goes on where the segment before, of
 * the same file, ended. Errors: `manifest/malformed`.
 */
export function byteRangeOf(
  value: string,
  lineNumber: number,
  address: string,
  before: RangeEnd | undefined,
): ByteRange {
  const [, length, offset] = /^(\d{1,15})(?:\s*@\s*(\d{1,15}))?$/.exec(value) ?? [];
  if (length === undefined || Number(length) === 0) throw malformed('wrong-byte-range', { line: lineNumber });
  if (offset !== undefined) return { offsetBytes: Number(offset), lengthBytes: Number(length) };
  if (before?.address !== address) throw malformed('byte-range-begins-nowhere', { line: lineNumber });
  return { offsetBytes: before.endBytes, lengthBytes: Number(length) };
}
