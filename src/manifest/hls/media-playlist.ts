import { z } from 'zod';
import type { ByteRange, SegmentEncryption } from '../../shared/presentation.ts';
import type { Seconds } from '../../shared/units.ts';
import { resolveAddress } from '../address.ts';
import { checkSegmentCount, MAX_DURATION_SECONDS } from '../limits.ts';
import { live, malformed, unsupported } from '../refuse.ts';
import { initEncryption, parseKey, segmentEncryption } from './encryption.ts';
import type { Key } from './encryption.ts';
import { attributesOf } from './lexer.ts';
import type { Line, Tag } from './lexer.ts';

export interface MediaFile {
  readonly url: string;
  readonly byteRange: ByteRange | undefined;
  readonly encryption: SegmentEncryption | undefined;
}
export interface MediaSegment extends MediaFile {
  readonly durationSeconds: Seconds;
}
export interface MediaPlaylist {
  readonly init: MediaFile | undefined;
  readonly segments: readonly MediaSegment[];
}

const MapAttributes = z.object({ URI: z.string().min(1), BYTERANGE: z.string().optional() });

/** Tags that change what the segments mean, in ways that are not built. */
const refused: Record<string, string> = {
  'EXT-X-I-FRAMES-ONLY': 'playlists of still frames',
  'EXT-X-DISCONTINUITY': 'discontinuities',
  'EXT-X-GAP': 'segments that are missing on purpose',
  'EXT-X-DEFINE': 'playlist variables',
};
const liveOnly = new Set(['EXT-X-PART', 'EXT-X-PART-INF', 'EXT-X-PRELOAD-HINT', 'EXT-X-SKIP']);

/**
 * RFC 8216 sections 4.3.2 and 4.3.3. Errors: `manifest/live` when the recording has not ended,
 * `manifest/unsupported`, `manifest/malformed`.
 */
export function parseMediaPlaylist(lines: readonly Line[], url: string): MediaPlaylist {
  const segments: MediaSegment[] = [];
  let init: MediaFile | undefined;
  let key: Key | undefined;
  let firstNumber = 0n;
  let durationSeconds: Seconds | undefined;
  let rangeTag: Tag | undefined;
  let hasEnd = false;
  let isVod = false;

  for (const line of lines) {
    if (line.kind === 'uri') {
      if (durationSeconds === undefined)
        throw malformed(`line ${line.lineNumber}: a segment without #EXTINF`);
      const address = resolveAddress(line.uri, url);
      segments.push({
        url: address,
        durationSeconds,
        byteRange: rangeTag && byteRangeAt(rangeTag, rangeTag.value, segments.at(-1), address),
        encryption: key && segmentEncryption(key, firstNumber + BigInt(segments.length)),
      });
      checkSegmentCount(segments.length);
      durationSeconds = undefined;
      rangeTag = undefined;
      continue;
    }
    if (liveOnly.has(line.name)) throw live();
    if (Object.hasOwn(refused, line.name)) throw unsupported(refused[line.name] ?? line.name);
    switch (line.name) {
      case 'EXTINF':
        durationSeconds = segmentDuration(line);
        break;
      case 'EXT-X-BYTERANGE':
        rangeTag = line;
        break;
      case 'EXT-X-KEY':
        key = parseKey(line, url);
        break;
      case 'EXT-X-MAP': {
        const next = mapAt(line, url, key);
        if (init && !isSameFile(init, next)) throw unsupported('several init segments in a rendition');
        if (segments.length > 0 && !init) throw unsupported('an init segment in mid-rendition');
        init ??= next;
        break;
      }
      case 'EXT-X-MEDIA-SEQUENCE':
        // 64 bits have up to 20 digits, more than a number holds.
        if (!/^\d{1,20}$/.test(line.value)) throw malformed(`line ${line.lineNumber}: not a sequence number`);
        if (segments.length > 0) throw malformed(`line ${line.lineNumber}: sequence number after a segment`);
        firstNumber = BigInt(line.value);
        break;
      case 'EXT-X-ENDLIST':
        hasEnd = true;
        break;
      case 'EXT-X-PLAYLIST-TYPE':
        isVod = line.value === 'VOD';
        break;
    }
  }
  if (durationSeconds !== undefined) throw malformed('its last segment has no address');
  // A recording says that it is one at the top, and again at the end: one without its end was cut off.
  if (!hasEnd) throw isVod ? malformed('its end is missing') : live();
  if (segments.length === 0) throw malformed('it has no segments');
  return { init, segments };
}

function segmentDuration(tag: Tag): Seconds {
  const match = /^(\d{1,12}(?:\.\d{0,20})?)\s*(?:,|$)/.exec(tag.value);
  const seconds = Number(match?.[1]);
  if (!match || seconds > MAX_DURATION_SECONDS) throw malformed(`line ${tag.lineNumber}: not a duration`);
  return seconds;
}

/** "length[@offset]"; without offset it goes on where the segment before, of the same file, ended. */
function byteRangeAt(
  tag: Tag,
  value: string,
  before: MediaFile | undefined,
  address: string | undefined,
): ByteRange {
  const [, length, offset] = /^(\d{1,15})(?:@(\d{1,15}))?$/.exec(value) ?? [];
  if (length === undefined || Number(length) === 0)
    throw malformed(`line ${tag.lineNumber}: not a byte range`);
  if (offset !== undefined) return { lengthBytes: Number(length), offsetBytes: Number(offset) };
  if (!before?.byteRange || before.url !== address)
    throw malformed(`line ${tag.lineNumber}: a byte range that begins nowhere`);
  return {
    lengthBytes: Number(length),
    offsetBytes: before.byteRange.offsetBytes + before.byteRange.lengthBytes,
  };
}

function mapAt(tag: Tag, url: string, key: Key | undefined): MediaFile {
  const { URI: uri, BYTERANGE: range } = attributesOf(tag, MapAttributes);
  return {
    url: resolveAddress(uri, url),
    // RFC 8216 section 4.3.2.5: a map's range without offset begins at 0.
    byteRange: range === undefined ? undefined : byteRangeAt(tag, range.includes('@') ? range : `${range}@0`, undefined, undefined), // prettier-ignore
    encryption: key && initEncryption(key, tag.lineNumber),
  };
}

function isSameFile(a: MediaFile, b: MediaFile): boolean {
  return (
    a.url === b.url &&
    a.byteRange?.offsetBytes === b.byteRange?.offsetBytes &&
    a.byteRange?.lengthBytes === b.byteRange?.lengthBytes
  );
}
