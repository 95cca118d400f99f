import { LayoverError } from '../../shared/errors.ts';

const LONGEST_NAME = 120;

/** What the viewer typed or pasted. Errors: `address/not-one`, `address/scheme`, `address/credentials`. */
export function addressOf(text: string): URL {
  const typed = text.trim();
  // A host alone is what people type; a browser would take it so.
  const isBare = /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?\//i.test(typed);
  const url = URL.parse(isBare ? `https://${typed}` : typed);
  if (!url) throw new LayoverError('address/not-one');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new LayoverError('address/scheme', { scheme: url.protocol });
  if (url.username || url.password) throw new LayoverError('address/credentials');
  url.hash = '';
  return url;
}

/** Names that say nothing: what stands before them in the address says more. */
const generic = /^(master|index|main|manifest|playlist|chunklist|stream|video|hls|dash|vod|prog_index|\d+)$/i;

/** What the manifest calls it, else the most telling part of its address's path. */
export function nameOf(url: URL, told: string | undefined): string {
  const parts = url.pathname
    .split('/')
    .filter(Boolean)
    .map((part) => decoded(part).replace(/\.(m3u8?|mpd|ism[l]?)$/i, ''))
    .reverse();
  const telling = parts.find((part) => !generic.test(part)) ?? parts[0] ?? url.hostname;
  return tidyName(told ?? '') || tidyName(telling.replaceAll(/[-_+.]+/g, ' ')) || url.hostname;
}

/** On one line, without what cannot be seen. */
export function tidyName(name: string): string {
  const seen = name.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').replaceAll(/\s+/g, ' ').trim(); // prettier-ignore
  return [...seen].slice(0, LONGEST_NAME).join('').trim();
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
