import type { Oca } from '../../src/shared/service-api.ts';

/**
 * The encoder's manifests with their relative addresses made absolute. The encoder is ours, so these are small
 * edits of known text and not a reading of any manifest that there may be.
 */

/**
 * Without the variants that are taller than a plan includes (0: it includes all). The least tall stays: a video
 * that has none below the limit is still a video.
 */
export function multivariantUpTo(text: string, maxHeight: number): string {
  const isTooTall = tooTall([...text.matchAll(/RESOLUTION=\d+x(\d+)/g)], maxHeight);
  return text.replaceAll(
    /^#EXT-X-STREAM-INF:[^\n]*RESOLUTION=\d+x(\d+)[^\n]*\n[^\n]*\n/gm,
    (variant, height: string) => (isTooTall(height) ? '' : variant),
  );
}

/** The same of an MPD's representations. */
export function mpdUpTo(text: string, maxHeight: number): string {
  const isTooTall = tooTall([...text.matchAll(/<Representation [^>]*height="(\d+)"/g)], maxHeight);
  return text.replaceAll(
    /^[ \t]*<Representation [^>]*height="(\d+)"[^>]*>[^]*?<\/Representation>\n/gm,
    (representation, height: string) => (isTooTall(height) ? '' : representation),
  );
}

function tooTall(found: readonly RegExpMatchArray[], maxHeight: number): (height: string) => boolean {
  const least = Math.min(...found.map(([, height]) => Number(height)));
  return (height) => maxHeight > 0 && Number(height) > Math.max(maxHeight, least);
}

/** Each media playlist's address becomes the service's own: `<playbackUrl>/<renditionId>.m3u8`. */
export function multivariantFor(text: string, playbackUrl: string): string {
  return mapUris(text, (uri) => uri.replace(/^([^/]+)\/playlist\.m3u8$/, `${playbackUrl}/$1.m3u8`));
}

/** Each file's address becomes one on the nearest OCA. Keys have `urn:` addresses and are left alone. */
export function mediaPlaylistFor(text: string, videoId: string, renditionId: string, nearest: Oca): string {
  const folder = `${nearest.baseUrl}${videoId}/${renditionId}/`;
  return mapUris(text, (uri) => (isRelative(uri) ? `${folder}${uri}` : uri));
}

/** One BaseURL an OCA, nearest first; `serviceLocation` names it (ISO/IEC 23009-1 section 5.6). */
export function mpdFor(text: string, videoId: string, ocas: readonly Oca[]): string {
  const baseUrls = ocas.map(
    ({ ocaId, baseUrl }) => `  <BaseURL serviceLocation="${ocaId}">${baseUrl}${videoId}/</BaseURL>\n`,
  );
  return text.replace(/^[ \t]*(?=<Period[\s>])/m, (indent) => `${baseUrls.join('')}${indent}`);
}

function mapUris(playlist: string, map: (uri: string) => string): string {
  return playlist
    .split('\n')
    .map((line) => {
      if (line.startsWith('#EXT'))
        return line.replace(/\bURI="([^"]*)"/, (_, uri: string) => `URI="${map(uri)}"`);
      return line === '' || line.startsWith('#') ? line : map(line);
    })
    .join('\n');
}

function isRelative(uri: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:/i.test(uri);
}
