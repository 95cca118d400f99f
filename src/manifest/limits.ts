import { malformed, unsupported } from './refuse.ts';

/**
 * A manifest is a few kilobytes written by a stranger; these bounds keep a wrong or hostile one from taking
 * the memory or the time of the whole app. A ten-hour film in two-second segments has 18,000 a rendition.
 */
export const MAX_TEXT_LENGTH = 8 * 1024 * 1024;
export const MAX_SEGMENTS_PER_RENDITION = 100_000;
/** Object and numbers of one segment, as measured. */
export const SEGMENT_BYTES = 140;
/**
 * For all segments: about 250,000, a film of four hours in 34 renditions. The heap that reads a manifest may
 * hold 64 MiB with everything: see the hostile.integration.test.ts of both dialects.
 */
export const MAX_PRESENTATION_BYTES = 40 * 1024 * 1024;
export const MAX_RENDITIONS = 256;
/** Combinations in a multivariant playlist: of each rendition many. */
export const MAX_VARIANTS = 4_096;
/** Signed addresses are long, but not so long. */
export const MAX_ADDRESS_LENGTH = 4_096;
/** Of all addresses together. A template of a few characters can ask for any amount. */
export const MAX_ADDRESS_CHARACTERS = 256 * 1024 * 1024;
/** Of one tag of a playlist; the longest that is defined has about twenty. */
export const MAX_ATTRIBUTES = 256;
export const MAX_VARIABLES = 1_000;
export const MAX_PATHWAYS = 32;
export const MAX_TITLE_LENGTH = 500;
export const MAX_XML_DEPTH = 32;
/** Opening and closing tags: twice what the most segments need. */
export const MAX_XML_TAGS = 400_000;
/** With the text that follows it. */
export const MAX_XML_TAG_LENGTH = 64 * 1024;
/** About three years: beyond it, arithmetic on ticks would lose whole seconds. */
export const MAX_DURATION_SECONDS = 100_000_000;

/** Throws `manifest/malformed` for a text that is empty, too large, or a web page in place of a manifest. */
export function checkText(text: string): void {
  if (text.length > MAX_TEXT_LENGTH)
    throw malformed('too-large', { sizeMebibytes: MAX_TEXT_LENGTH / 2 ** 20 });
  if (text.trim() === '') throw malformed('empty');
  if (/^\s*<(!doctype\s+html|html[\s>])/i.test(text.slice(0, 1_000))) throw malformed('web-page');
}

/** Called with a count that was computed, before anything of that size is made. */
export function checkSegmentCount(count: number | bigint): void {
  if (count > MAX_SEGMENTS_PER_RENDITION)
    throw unsupported('too-many-segments', { most: MAX_SEGMENTS_PER_RENDITION });
}

/** What is kept of a manifest, counted while it is made or before. Errors: `manifest/unsupported`. */
export class Budget {
  #bytes = 0;

  take(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_PRESENTATION_BYTES) throw unsupported('too-much-of-segments');
  }
}
