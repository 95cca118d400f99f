import type { Rendition } from '../../shared/presentation.ts';
import { quoted } from './lines.ts';

export interface WriteMediaOptions {
  /** Address of the init segment, relative to this playlist's; not used where the rendition has none. */
  readonly initPath: string;
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
  if (rendition.init) lines.push(`#EXT-X-MAP:URI=${quoted(options.initPath)}`);
  for (const segment of rendition.segments)
    lines.push(`#EXTINF:${segment.durationSeconds.toFixed(6)},`, options.segmentPath(segment.index));
  lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}
