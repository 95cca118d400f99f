import { z } from 'zod';
import { resolveAddress } from '../address.ts';
import { codecList } from '../codecs.ts';
import { MAX_VARIANTS } from '../limits.ts';
import { malformed, unsupported } from '../refuse.ts';
import { attributesOf } from './lexer.ts';
import type { Line, Tag } from './lexer.ts';

/** An EXT-X-STREAM-INF with its address. */
export interface Variant {
  readonly url: string;
  readonly bandwidthBitsPerSecond: number;
  readonly codecs: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly frameRate: number | undefined;
  readonly audioGroup: string | undefined;
}

/** An EXT-X-MEDIA of type AUDIO or SUBTITLES that has a playlist of its own. */
export interface Alternate {
  readonly kind: 'audio' | 'subtitles';
  readonly url: string;
  readonly groupId: string;
  readonly name: string;
  readonly language: string;
  readonly isDefault: boolean;
  readonly isForced: boolean;
  readonly channels: number | undefined;
}

export interface MultivariantPlaylist {
  readonly variants: readonly Variant[];
  readonly alternates: readonly Alternate[];
}

const integer = z.string().regex(/^\d{1,15}$/).transform(Number); // prettier-ignore
const yes = z.string().optional().transform((value) => value === 'YES'); // prettier-ignore

const StreamInf = z.object({
  // Required by RFC 8216; playlists without it exist and play.
  BANDWIDTH: integer.default(0),
  CODECS: z.string().default(''),
  RESOLUTION: z.string().regex(/^\d{1,5}x\d{1,5}$/).default('0x0'), // prettier-ignore
  'FRAME-RATE': z.string().regex(/^\d{1,4}(\.\d{1,9})?$/).transform(Number).optional(), // prettier-ignore
  AUDIO: z.string().optional(),
});
const Media = z.object({
  TYPE: z.string(),
  'GROUP-ID': z.string(),
  NAME: z.string(),
  URI: z.string().min(1).optional(),
  LANGUAGE: z.string().optional().transform((value) => value || 'und'), // prettier-ignore
  DEFAULT: yes,
  FORCED: yes,
  // "16/JOC" says 16 channels and that they are objects.
  CHANNELS: z.string().regex(/^[1-9]\d{0,2}(\/|$)/).transform((value) => parseInt(value, 10)).optional(), // prettier-ignore
});

/** RFC 8216 section 4.3.4. Trick-play and closed-caption entries are passed over: they are no renditions here. */
export function parseMultivariant(lines: readonly Line[], url: string): MultivariantPlaylist {
  const variants: Variant[] = [];
  const alternates: Alternate[] = [];
  let streamInf: Tag | undefined;
  for (const line of lines) {
    if (line.kind === 'uri') {
      if (!streamInf) throw malformed(`line ${line.lineNumber}: an address without #EXT-X-STREAM-INF`);
      variants.push(variantOf(streamInf, resolveAddress(line.uri, url)));
      streamInf = undefined;
      checkCount(variants.length);
    } else if (line.name === 'EXT-X-STREAM-INF') {
      if (streamInf) throw malformed(`line ${streamInf.lineNumber}: a variant without an address`);
      streamInf = line;
    } else if (line.name === 'EXT-X-MEDIA') {
      const alternate = alternateOf(line, url);
      if (alternate) alternates.push(alternate);
      checkCount(alternates.length);
    } else if (line.name === 'EXT-X-DEFINE') {
      throw unsupported('playlist variables');
    }
  }
  if (streamInf) throw malformed(`line ${streamInf.lineNumber}: a variant without an address`);
  if (variants.length === 0) throw malformed('it has no variants');
  return { variants, alternates };
}

function checkCount(count: number): void {
  if (count > MAX_VARIANTS) throw unsupported(`more than ${MAX_VARIANTS} variants`);
}

function variantOf(tag: Tag, url: string): Variant {
  const attributes = attributesOf(tag, StreamInf);
  const [width = 0, height = 0] = attributes.RESOLUTION.split('x').map(Number);
  return {
    url,
    bandwidthBitsPerSecond: attributes.BANDWIDTH,
    codecs: codecList(attributes.CODECS),
    width,
    height,
    frameRate: attributes['FRAME-RATE'] || undefined,
    audioGroup: attributes.AUDIO,
  };
}

function alternateOf(tag: Tag, url: string): Alternate | undefined {
  const attributes = attributesOf(tag, Media);
  const kind = { AUDIO: 'audio', SUBTITLES: 'subtitles' }[attributes.TYPE] as Alternate['kind'] | undefined;
  // Without a URI the sound is inside the variants.
  if (!kind || attributes.URI === undefined) return undefined;
  return {
    kind,
    url: resolveAddress(attributes.URI, url),
    groupId: attributes['GROUP-ID'],
    name: attributes.NAME,
    language: attributes.LANGUAGE,
    isDefault: attributes.DEFAULT,
    isForced: attributes.FORCED,
    channels: attributes.CHANNELS,
  };
}
