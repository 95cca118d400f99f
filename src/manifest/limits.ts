import { malformed, unsupported } from './refuse.ts';

/**
 * A manifest is a few kilobytes written by a stranger; these bounds keep a wrong or hostile one from taking
 * the memory or the time of the whole app. A ten-hour film in two-second segments has 18,000 a rendition.
 */
export const MAX_TEXT_LENGTH = 8 * 1024 * 1024;
export const MAX_SEGMENTS_PER_RENDITION = 100_000;
export const MAX_SEGMENTS = 500_000;
export const MAX_RENDITIONS = 256;
export const MAX_XML_DEPTH = 32;
/** About three years: beyond it, arithmetic on ticks would lose whole seconds. */
export const MAX_DURATION_SECONDS = 100_000_000;

/** Throws `manifest/malformed` for a text that is empty, too large, or a web page in place of a manifest. */
export function checkText(text: string): void {
  if (text.length > MAX_TEXT_LENGTH) throw malformed('it is larger than 8 MiB');
  if (text.trim() === '') throw malformed('it is empty');
  if (/^\s*<(!doctype\s+html|html[\s>])/i.test(text.slice(0, 1_000)))
    throw malformed('a web page came instead of it');
}

/** Called with a count that was computed, before anything of that size is made. */
export function checkSegmentCount(count: number | bigint): void {
  if (count > MAX_SEGMENTS_PER_RENDITION)
    throw unsupported(`more than ${MAX_SEGMENTS_PER_RENDITION} segments in a rendition`);
}

/** Many renditions may not do together what one may not. */
export function checkTotal(segments: number, renditions: number): void {
  if (segments > MAX_SEGMENTS) throw unsupported(`more than ${MAX_SEGMENTS} segments`);
  if (renditions > MAX_RENDITIONS) throw unsupported(`more than ${MAX_RENDITIONS} renditions`);
}
