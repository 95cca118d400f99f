import { INIT_INDEX } from '../../shared/presentation.ts';
import type { Rendition } from '../../shared/presentation.ts';
import { quoted } from './lines.ts';

export interface WriteMediaOptions {
  /** Address of the init segment with that index, relative to this playlist's. */
  readonly initPath: (index: number) => string;
  /** Address of the segment with that index, relative to this playlist's. */
  readonly segmentPath: (index: number) => string;
}

/**
 * One rendition's playlist for the player. Keys and byte ranges are gone: behind each address the engine
 * answers with just that segment, decrypted.
 */
export function writeMedia(rendition: Rendition, options: WriteMediaOptions): string {
  // RFC 8216 section 4.3.3.1: no duration, rounded to the nearest second, may exceed it.
  const target = rendition.segments.reduce((most, { durationSeconds }) => Math.max(most, Math.round(durationSeconds)), 1); // prettier-ignore
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${target}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
  ];
  let initBefore: number | undefined;
  for (const { index, initIndex, durationSeconds, isDiscontinuity, isGap } of rendition.segments) {
    const needed = rendition.init && !isGap ? (initIndex ?? INIT_INDEX) : initBefore;
    if (isDiscontinuity) lines.push('#EXT-X-DISCONTINUITY');
    if (needed !== undefined && needed !== initBefore)
      lines.push(`#EXT-X-MAP:URI=${quoted(options.initPath(needed))}`);
    initBefore = needed;
    if (isGap) lines.push('#EXT-X-GAP');
    lines.push(`#EXTINF:${durationSeconds.toFixed(6)},`, options.segmentPath(index));
  }
  lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}
