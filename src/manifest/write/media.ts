import { INIT_INDEX } from '../../shared/presentation.ts';
import type { Rendition } from '../../shared/presentation.ts';
import { fileNameOf } from './files.ts';
import { quoted } from './lines.ts';

export interface WriteMediaOptions {
  /** Address of one of the rendition's files (see `fileNameOf`), relative to this playlist's. */
  readonly pathOf: (fileName: string) => string;
}

/**
 * One rendition's playlist for the player. Keys and byte ranges are gone: behind each address the engine
 * answers with just that segment, decrypted.
 */
export function writeMedia(rendition: Rendition, { pathOf }: WriteMediaOptions): string {
  const { init, segments } = rendition;
  // RFC 8216 section 4.3.3.1: no duration, rounded to the nearest second, may exceed it.
  const target = segments.reduce((most, { durationSeconds }) => Math.max(most, Math.round(durationSeconds)), 1); // prettier-ignore
  const lines = [
    '#EXTM3U',
    // EXT-X-GAP: RFC 8216bis section 8.
    `#EXT-X-VERSION:${segments.some(({ isGap }) => isGap) ? 8 : 7}`,
    `#EXT-X-TARGETDURATION:${target}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
  ];
  let initBefore: number | undefined;
  for (const { index, initIndex, durationSeconds, isDiscontinuity, isGap } of segments) {
    const needed = init && !isGap ? (initIndex ?? INIT_INDEX) : initBefore;
    if (isDiscontinuity) lines.push('#EXT-X-DISCONTINUITY');
    if (needed !== undefined && needed !== initBefore)
      lines.push(`#EXT-X-MAP:URI=${quoted(pathOf(fileNameOf(rendition, needed)))}`);
    initBefore = needed;
    if (isGap) lines.push('#EXT-X-GAP');
    lines.push(`#EXTINF:${durationSeconds.toFixed(6)},`, pathOf(fileNameOf(rendition, index)));
  }
  lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}
