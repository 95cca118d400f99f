import type { ErrorCode } from '../src/shared/errors.ts';
import { isLayoverError } from '../src/shared/errors.ts';
import { reasonWords } from '../src/shared/manifest-reasons.ts';

/** A media playlist of something recorded. */
export const vod = (...lines: string[]) =>
  ['#EXTM3U', '#EXT-X-TARGETDURATION:4', ...lines, '#EXT-X-ENDLIST'].join('\n');

/** The error of the register with which the work ends. */
export function refusal(work: () => unknown): { code: ErrorCode; reason: string } {
  try {
    work();
  } catch (error) {
    if (isLayoverError(error)) return { code: error.code, reason: reasonWords(error.details) ?? '' };
    throw error;
  }
  throw new Error('nothing was thrown');
}
