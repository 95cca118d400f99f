import { z } from 'zod';
import { ClosedCaptions } from '../../shared/presentation.ts';
import type { ContentSteering, VideoRange } from '../../shared/presentation.ts';
import { resolveAddress } from '../address.ts';
import { codecList } from '../codecs.ts';
import { languageTag } from '../language.ts';
import { MAX_TITLE_LENGTH, MAX_VARIANTS } from '../limits.ts';
import { malformed, unsupported } from '../refuse.ts';
import { attributesOf } from './attributes.ts';
import { linesOf } from './lexer.ts';
import type { Tag } from './lexer.ts';
import { Variables } from './variables.ts';

/** An EXT-X-STREAM-INF with its address. */
export interface Variant {
  readonly url: string;
  readonly bandwidthBitsPerSecond: number;
  readonly codecs: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly frameRate: number | undefined;
  readonly videoRange: VideoRange | undefined;
  readonly audioGroup: string | undefined;
  readonly subtitleGroup: string | undefined;
  /** "NONE" without quotes says that there are none; a group may be called so too, but nobody does it. */
  readonly captionsGroup: string | undefined;
  readonly pathwayId: string | undefined;
  readonly stableId: string;
}

/** An EXT-X-MEDIA of type AUDIO or SUBTITLES. */
export interface Alternate {
  readonly kind: 'audio' | 'subtitles';
  /** undefined: its sound is inside the variants. */
  readonly url: string | undefined;
  readonly groupId: string;
  readonly name: string;
  readonly language: string;
  readonly isDefault: boolean;
  readonly isForced: boolean;
  readonly characteristics: readonly string[];
  readonly channels: number | undefined;
  readonly stableId: string;
}

export interface MultivariantPlaylist {
  readonly variants: readonly Variant[];
  readonly alternates: readonly Alternate[];
  readonly captions: readonly (ClosedCaptions & { readonly groupId: string })[];
  /** Session data `com.apple.hls.title`: in no language where there is one. */
  readonly title: string | undefined;
  readonly contentSteering: ContentSteering | undefined;
  readonly variables: Variables;
}

// A value that nobody can use is as good as none where the attribute is optional: players take it so too.
const yes = z.string().optional().transform((value) => value === 'YES'); // prettier-ignore
const optional = z.string().min(1).optional().catch(undefined);

const StreamInf = z.object({
  // Required by RFC 8216; playlists without it exist and play.
  BANDWIDTH: z.string().regex(/^\d{1,15}(\.\d{0,15})?$/).transform((value) => Math.round(Number(value))).default(0), // prettier-ignore
  CODECS: z.string().max(1_024).default('').catch(''),
  RESOLUTION: z.string().regex(/^\d{1,5}[xX]\d{1,5}$/).default('0x0').catch('0x0'), // prettier-ignore
  'FRAME-RATE': z.string().regex(/^\d{1,4}(\.\d{1,9})?$/).transform(Number).optional().catch(undefined), // prettier-ignore
  'VIDEO-RANGE': z.enum(['SDR', 'HLG', 'PQ']).optional().catch(undefined),
  AUDIO: optional,
  SUBTITLES: optional,
  'CLOSED-CAPTIONS': optional,
  'PATHWAY-ID': optional,
  'STABLE-VARIANT-ID': z.string().default(''),
});
const Media = z.object({
  TYPE: z.string(),
  'GROUP-ID': z.string(),
  NAME: z.string().default(''),
  URI: optional,
  LANGUAGE: z.string().optional().transform(languageTag), // prettier-ignore
  DEFAULT: yes,
  FORCED: yes,
  CHARACTERISTICS: z.string().max(1_024).default('').catch(''),
  // "16/JOC" says 16 channels and that they are objects.
  CHANNELS: z.string().regex(/^[1-9]\d{0,2}(\/|$)/).transform((value) => parseInt(value, 10)).optional().catch(undefined), // prettier-ignore
  'INSTREAM-ID': z.string().default(''),
  'STABLE-RENDITION-ID': z.string().default(''),
});
const TITLE_ID = 'com.apple.hls.title';
const SessionData = z.object({ 'DATA-ID': z.string().default(''), VALUE: optional, LANGUAGE: optional });
const Steering = z.object({ 'SERVER-URI': z.string().min(1), 'PATHWAY-ID': optional });

/**
 * RFC 8216bis section 4.4.6. Playlists of still frames (EXT-X-I-FRAME-STREAM-INF), session keys, session data but
 * for the title, and what nobody has defined yet are passed over. Errors: `manifest/malformed`, `manifest/unsupported`.
 */
export function parseMultivariant(text: string, url: string): MultivariantPlaylist {
  const variables = new Variables(url);
  const variants: Variant[] = [];
  const alternates: Alternate[] = [];
  const captions: (ClosedCaptions & { groupId: string })[] = [];
  let contentSteering: ContentSteering | undefined;
  let title: { text: string; isForAll: boolean } | undefined;
  let streamInf: Tag | undefined;
  for (const line of linesOf(text)) {
    if (line.kind === 'uri') {
      if (!streamInf) throw malformed('address-without-variant', { line: line.lineNumber });
      const address = resolveAddress(variables.fill(line.uri, line.lineNumber), url);
      variants.push(variantOf(streamInf, address, variables));
      streamInf = undefined;
    } else if (line.name === 'EXT-X-STREAM-INF') {
      if (streamInf) throw malformed('variant-without-address', { line: streamInf.lineNumber });
      streamInf = line;
    } else if (line.name === 'EXT-X-MEDIA') {
      const attributes = attributesOf(line, Media, variables);
      if (attributes.TYPE === 'CLOSED-CAPTIONS') captions.push(...captionsOf(attributes));
      else alternates.push(...alternateOf(attributes, url));
    } else if (line.name === 'EXT-X-DEFINE') {
      variables.define(line);
    } else if (line.name === 'EXT-X-SESSION-DATA') {
      const told = line.value.includes(TITLE_ID) ? titleOf(line, variables) : undefined;
      if (told && (!title || (told.isForAll && !title.isForAll))) title = told;
    } else if (line.name === 'EXT-X-CONTENT-STEERING') {
      contentSteering ??= steeringOf(line, url, variables);
    }
    if (Math.max(variants.length, alternates.length, captions.length) > MAX_VARIANTS)
      throw unsupported('too-many-variants', { most: MAX_VARIANTS });
  }
  if (streamInf) throw malformed('variant-without-address', { line: streamInf.lineNumber });
  if (variants.length === 0) throw malformed('no-variants');
  return { variants, alternates, captions, title: title?.text, contentSteering, variables };
}

function variantOf(tag: Tag, url: string, variables: Variables): Variant {
  const attributes = attributesOf(tag, StreamInf, variables);
  const [width = 0, height = 0] = attributes.RESOLUTION.toLowerCase().split('x').map(Number);
  return {
    url,
    bandwidthBitsPerSecond: attributes.BANDWIDTH,
    // One of each kind is usual; a list without end is no help to anybody.
    codecs: codecList(attributes.CODECS).slice(0, 16),
    width,
    height,
    frameRate: attributes['FRAME-RATE'] || undefined,
    videoRange: attributes['VIDEO-RANGE'],
    audioGroup: attributes.AUDIO,
    subtitleGroup: attributes.SUBTITLES,
    captionsGroup: attributes['CLOSED-CAPTIONS'],
    pathwayId: attributes['PATHWAY-ID'],
    stableId: attributes['STABLE-VARIANT-ID'],
  };
}

/** None for other angles of the picture, and for subtitles that are nowhere. */
function alternateOf(attributes: z.output<typeof Media>, url: string): Alternate[] {
  const kind = { AUDIO: 'audio', SUBTITLES: 'subtitles' }[attributes.TYPE] as Alternate['kind'] | undefined;
  if (!kind || (kind === 'subtitles' && attributes.URI === undefined)) return [];
  return [
    {
      kind,
      url: attributes.URI === undefined ? undefined : resolveAddress(attributes.URI, url),
      groupId: attributes['GROUP-ID'],
      name: attributes.NAME || attributes.LANGUAGE,
      language: attributes.LANGUAGE,
      isDefault: attributes.DEFAULT,
      isForced: attributes.FORCED,
      characteristics: attributes.CHARACTERISTICS.split(',').map((one) => one.trim()),
      channels: attributes.CHANNELS,
      stableId: attributes['STABLE-RENDITION-ID'],
    },
  ];
}

function captionsOf(attributes: z.output<typeof Media>): (ClosedCaptions & { groupId: string })[] {
  const { LANGUAGE: language, NAME: name, 'INSTREAM-ID': instreamId, 'GROUP-ID': groupId } = attributes;
  if (!ClosedCaptions.shape.instreamId.safeParse(instreamId).success) return [];
  return [{ instreamId, language, name: name || language, groupId }];
}

/** A title that cannot be read is no reason to refuse what it names. */
function titleOf(tag: Tag, variables: Variables): { text: string; isForAll: boolean } | undefined {
  try {
    const { 'DATA-ID': id, VALUE: text, LANGUAGE: language } = attributesOf(tag, SessionData, variables);
    if (id !== TITLE_ID || text === undefined) return undefined;
    return { text: text.slice(0, MAX_TITLE_LENGTH), isForAll: language === undefined };
  } catch {
    return undefined;
  }
}

/** A server that nobody could ask is none: playing goes by the pathways that are there. */
function steeringOf(tag: Tag, url: string, variables: Variables): ContentSteering | undefined {
  const { 'SERVER-URI': uri, 'PATHWAY-ID': pathwayId } = attributesOf(tag, Steering, variables);
  if (/^data:/i.test(uri)) return undefined;
  return { serverUri: resolveAddress(uri, url), ...(pathwayId !== undefined && { pathwayId }) };
}
