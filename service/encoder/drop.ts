import { z } from 'zod';
import { Id, Title } from '../../src/shared/catalog.ts';
import { RenditionSummary } from '../../src/shared/presentation.ts';

/**
 * What the encoder hands to the API through the data folder. Both are written whole (temporary file, then
 * rename), so whoever finds one finds it complete.
 */

/** DATA/titles/<titleId>.json: a title with the videos that are ready so far; written again for each more. */
export const TitleDrop = z.object({
  format: z.literal(1),
  title: Title,
  /** ISO 3166-1 alpha-2. Absent: licensed everywhere. */
  countries: z
    .array(z.string().regex(/^[A-Z]{2}$/))
    .min(1)
    .optional(),
});
export type TitleDrop = z.infer<typeof TitleDrop>;

/** DATA/encodes/<videoId>/video.json. Holds the content key: never served. */
export const VideoRecord = z.object({
  format: z.literal(1),
  videoId: Id,
  titleId: Id,
  /** 16 bytes. */
  contentKeyHex: z.string().regex(/^[0-9a-f]{32}$/),
  durationSeconds: z.number().positive(),
  frameRate: z.number().positive(),
  frameCount: z.int().positive(),
  /** Burnt into the picture of a demo video; see marker.ts. */
  videoNumber: z.int().min(0).max(255).optional(),
  /** Video lowest first, then audio, then subtitles: the order in which segment numbers were given out. */
  renditions: z.array(RenditionSummary).min(1),
  /** All files of the video as they lie on an OCA, manifests not counted. */
  sizeBytes: z.int().positive(),
});
export type VideoRecord = z.infer<typeof VideoRecord>;
