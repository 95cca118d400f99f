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
  /** 0, 1, 2 … in presentation order; the init segment has `INIT_INDEX`. */
  index: z.int().gte(-1),
  /** Relative to a pathway's base, no leading "/"; or an absolute address where no pathway holds it. */
  path: z.string().min(1),
  startSeconds: z.number().nonnegative(),
  durationSeconds: z.number().nonnegative(),
  byteRange: ByteRange.optional(),
  encryption: SegmentEncryption.optional(),
  integrity: SegmentIntegrity.optional(),
});
export type Segment = z.infer<typeof Segment>;

/** The index under which a rendition's init segment is asked for and stored. */
export const INIT_INDEX = -1;

const RenditionBase = z.object({
  /** Stable for a video over manifests and dialects: "v-720p", "a-en", "s-es". Safe in a path. */
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
  bandwidthBitsPerSecond: z.number().nonnegative(),
  init: Segment.optional(),
  segments: z.array(Segment),
});

export const VideoRendition = RenditionBase.extend({
  kind: z.literal('video'),
  width: z.int().nonnegative(),
  height: z.int().nonnegative(),
  frameRate: z.number().positive().optional(),
  /** RFC 6381. */
  codecs: z.string(),
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
});
export type AudioRendition = z.infer<typeof AudioRendition>;

export const SubtitleRendition = RenditionBase.extend({
  kind: z.literal('subtitles'),
  language: z.string().min(1),
  name: z.string(),
  isDefault: z.boolean(),
  isForced: z.boolean(),
});
export type SubtitleRendition = z.infer<typeof SubtitleRendition>;

export const Rendition = z.discriminatedUnion('kind', [VideoRendition, AudioRendition, SubtitleRendition]);
export type Rendition = z.infer<typeof Rendition>;
export type RenditionKind = Rendition['kind'];

/** A rendition without its files: what a viewer chooses by. */
export const RenditionSummary = z.discriminatedUnion('kind', [
  VideoRendition.omit({ segments: true, init: true }),
  AudioRendition.omit({ segments: true, init: true }),
  SubtitleRendition.omit({ segments: true, init: true }),
]);
export type RenditionSummary = z.infer<typeof RenditionSummary>;

export const Presentation = z.object({
  durationSeconds: z.number().nonnegative(),
  /** Nearest first. Never empty. */
  pathways: z.array(Pathway).min(1),
  /** Lowest bandwidth first. */
  video: z.array(VideoRendition),
  audio: z.array(AudioRendition),
  subtitles: z.array(SubtitleRendition),
});
export type Presentation = z.infer<typeof Presentation>;

/** Every rendition, video first. */
export function renditionsOf(presentation: Presentation): Rendition[] {
  return [...presentation.video, ...presentation.audio, ...presentation.subtitles];
}

/** The init segment, if there is one, then the media segments: everything that a rendition is made of. */
export function filesOf(rendition: Rendition): Segment[] {
  return rendition.init ? [rendition.init, ...rendition.segments] : rendition.segments;
}
