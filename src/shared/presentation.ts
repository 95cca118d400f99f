import { z } from 'zod';

/**
 * `Presentation` is what a manifest says, in no dialect: the one type between `manifest/` and everything
 * after it. It is also what a download remembers, so it is a schema: a row read back is parsed like any
 * other input.
 */

export const Pathway = z.object({
  /** Stable name: an OCA's id, or "origin" where a manifest names no pathways. */
  id: z.string().min(1),
  /** Absolute, ends in "/". A segment's address is `baseUrl + path`. */
  baseUrl: z.url(),
});
export type Pathway = z.infer<typeof Pathway>;

export const ByteRange = z.object({
  offsetBytes: z.int().nonnegative(),
  lengthBytes: z.int().positive(),
});
export type ByteRange = z.infer<typeof ByteRange>;

/** Whole-segment AES-128-CBC with PKCS#7 padding (RFC 8216 section 4.3.2.4; ISO/IEC 23009-4). */
export const SegmentEncryption = z.object({
  method: z.literal('aes-128'),
  /** `urn:layover:content-key:<videoId>` where the license carries the key, else the address of the key. */
  keyUri: z.string().min(1),
  /** 16 bytes as 32 lower-case hex digits, always explicit. */
  ivHex: z.string().regex(/^[0-9a-f]{32}$/),
});
export type SegmentEncryption = z.infer<typeof SegmentEncryption>;

/** What the service publishes about one file, so that sizes are exact and bytes can be verified. */
export const SegmentIntegrity = z.object({
  /** Size as it lies on an OCA, padding included. */
  sizeBytes: z.int().nonnegative(),
  /** Size after decryption; equal to sizeBytes where the file is not encrypted. */
  plainBytes: z.int().nonnegative(),
  /** Of the file as it lies on an OCA, 64 lower-case hex digits. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type SegmentIntegrity = z.infer<typeof SegmentIntegrity>;

export const Segment = z.object({
  /** 0, 1, 2 … in presentation order; init segments count down from `INIT_INDEX`: -1, -2, -3 … */
  index: z.int(),
  /** Relative to a pathway's base, no leading "/"; or an absolute address where no pathway holds it. */
  path: z.string().min(1),
  startSeconds: z.number().nonnegative(),
  durationSeconds: z.number().nonnegative(),
  byteRange: ByteRange.optional(),
  encryption: SegmentEncryption.optional(),
  integrity: SegmentIntegrity.optional(),
  /** Which init segment it needs; absent: the rendition's first, where it has one. */
  initIndex: z.int().lte(-1).optional(),
  /** Timestamps or encoding start anew with this segment (RFC 8216bis 4.4.4.3; a new Period in DASH). */
  isDiscontinuity: z.literal(true).optional(),
  /** The service has no bytes for this time (RFC 8216bis 4.4.4.7): nothing is fetched, the player skips it. */
  isGap: z.literal(true).optional(),
});
export type Segment = z.infer<typeof Segment>;

/** The index under which a rendition's first init segment is asked for and stored. */
export const INIT_INDEX = -1;

/** How media lies in the files; absent: fragmented MP4 for picture and sound, WebVTT for subtitles. */
export const Container = z.enum(['mp4', 'mpeg-ts', 'packed-audio', 'webvtt']);
export type Container = z.infer<typeof Container>;

const RenditionBase = z.object({
  /** Stable for a video over manifests and dialects: "v-720p", "a-en", "s-es". Safe in a path. */
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  bandwidthBitsPerSecond: z.number().nonnegative(),
  container: Container.optional(),
  init: Segment.optional(),
  /** Further init segments, for what comes after a discontinuity; indexes -2, -3 … */
  laterInits: z.array(Segment).optional(),
  segments: z.array(Segment),
});

/** RFC 8216bis 4.4.6.2: how brightness is told; PQ and HLG need a screen for it. */
export const VideoRange = z.enum(['SDR', 'HLG', 'PQ']);
export type VideoRange = z.infer<typeof VideoRange>;

export const VideoRendition = RenditionBase.extend({
  kind: z.literal('video'),
  width: z.int().nonnegative(),
  height: z.int().nonnegative(),
  frameRate: z.number().positive().optional(),
  videoRange: VideoRange.optional(),
  /** RFC 6381. With the codec of its sound where that is in the same files. */
  codecs: z.string(),
  /** The sound in the same files, where the manifest names it beside others that are not. */
  muxedAudio: z.object({ language: z.string().min(1), name: z.string(), isDefault: z.boolean() }).optional(),
});
export type VideoRendition = z.infer<typeof VideoRendition>;

export const AudioRendition = RenditionBase.extend({
  kind: z.literal('audio'),
  /** BCP 47. */
  language: z.string().min(1),
  name: z.string(),
  codecs: z.string(),
  channels: z.int().positive().optional(),
  isDefault: z.boolean(),
  /** Tells in words what is to be seen (HLS `public.accessibility.describes-video`, DASH role `description`). */
  isAudioDescription: z.literal(true).optional(),
});
export type AudioRendition = z.infer<typeof AudioRendition>;

export const SubtitleRendition = RenditionBase.extend({
  kind: z.literal('subtitles'),
  language: z.string().min(1),
  name: z.string(),
  isDefault: z.boolean(),
  isForced: z.boolean(),
  /** For the deaf and hard of hearing: tells sounds too. */
  isHardOfHearing: z.literal(true).optional(),
});
export type SubtitleRendition = z.infer<typeof SubtitleRendition>;

export const Rendition = z.discriminatedUnion('kind', [VideoRendition, AudioRendition, SubtitleRendition]);
export type Rendition = z.infer<typeof Rendition>;
export type RenditionKind = Rendition['kind'];

/** A rendition without its files: what a viewer chooses by. */
export const RenditionSummary = z.discriminatedUnion('kind', [
  VideoRendition.omit({ segments: true, init: true, laterInits: true }),
  AudioRendition.omit({ segments: true, init: true, laterInits: true }),
  SubtitleRendition.omit({ segments: true, init: true, laterInits: true }),
]);
export type RenditionSummary = z.infer<typeof RenditionSummary>;

/** Captions that lie inside the picture (RFC 8216bis 4.4.6.1, TYPE=CLOSED-CAPTIONS): nothing to fetch. */
export const ClosedCaptions = z.object({
  /** "CC1" … "CC4" or "SERVICE1" … "SERVICE63". */
  instreamId: z.string().regex(/^(CC[1-4]|SERVICE([1-9]|[1-5]\d|6[0-3]))$/),
  language: z.string().min(1),
  name: z.string(),
});
export type ClosedCaptions = z.infer<typeof ClosedCaptions>;

/** Where the order of the pathways is told while playing (RFC 8216bis 7; DASH-IF content steering). */
export const ContentSteering = z.object({
  serverUri: z.url(),
  /** To begin with. */
  pathwayId: z.string().min(1).optional(),
  /** Its parameters are called otherwise, and clones' parameters go to all that is fetched. */
  isDash: z.literal(true).optional(),
  /** The server wants to be heard before the first byte is fetched. */
  queryBeforeStart: z.literal(true).optional(),
});
export type ContentSteering = z.infer<typeof ContentSteering>;

export const Presentation = z.object({
  /** What it calls itself. */
  title: z.string().min(1).optional(),
  durationSeconds: z.number().nonnegative(),
  /** Nearest first. Never empty. */
  pathways: z.array(Pathway).min(1),
  /** Lowest bandwidth first. */
  video: z.array(VideoRendition),
  audio: z.array(AudioRendition),
  subtitles: z.array(SubtitleRendition),
  /** Empty: the manifest says that there are none; absent: it says nothing. */
  closedCaptions: z.array(ClosedCaptions).optional(),
  contentSteering: ContentSteering.optional(),
});
export type Presentation = z.infer<typeof Presentation>;

/** Every rendition, video first. */
export function renditionsOf(presentation: Presentation): Rendition[] {
  return [...presentation.video, ...presentation.audio, ...presentation.subtitles];
}

/** The init segments, then the media segments: every file that a rendition is made of. Gaps are none. */
export function filesOf({ init, laterInits = [], segments }: Rendition): Segment[] {
  return [...(init ? [init] : []), ...laterInits, ...segments].filter(({ isGap }) => !isGap);
}
