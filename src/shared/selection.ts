import { z } from 'zod';

/** What the viewer wants, before it is known what there is. */
export const SelectionPreferences = z.object({
  video: z.discriminatedUnion('rule', [
    /** Exactly this one. */
    z.object({ rule: z.literal('rendition'), renditionId: z.string() }),
    /** The best that is no taller. */
    z.object({ rule: z.literal('max-height'), height: z.int().positive() }),
    /** The best that this computer's screen can show; its height in pixels as it was when the rule was chosen. */
    z.object({ rule: z.literal('screen'), height: z.int().positive() }),
    /** The best that weighs no more than so much an hour, sound and subtitles included. */
    z.object({ rule: z.literal('bytes-per-hour'), maxBytesPerHour: z.int().positive() }),
    z.object({ rule: z.literal('best') }),
    /** The least bytes. */
    z.object({ rule: z.literal('data-saver') }),
  ]),
  /** BCP 47, in order of preference; what there is not is left out. Empty: the default audio. */
  audioLanguages: z.array(z.string()),
  subtitleLanguages: z.array(z.string()),
  /** For each audio language also the one that describes the picture, where there is one. */
  audioDescription: z.boolean().default(false),
});
export type SelectionPreferences = z.infer<typeof SelectionPreferences>;

/** A size that says whether it is one: exact where the service publishes every file's size. */
export const Size = z.object({ bytes: z.int().nonnegative(), exact: z.boolean() });
export type Size = z.infer<typeof Size>;

export const SelectedRendition = z.object({
  renditionId: z.string(),
  kind: z.enum(['video', 'audio', 'subtitles']),
  size: Size,
});
export type SelectedRendition = z.infer<typeof SelectedRendition>;

/** Which renditions of one video are taken: the one type between `selection/` and `download/`. */
export const Selection = z.object({
  videoId: z.string(),
  renditions: z.array(SelectedRendition).min(1),
  size: Size,
});
export type Selection = z.infer<typeof Selection>;
