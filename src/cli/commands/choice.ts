import { z } from 'zod';
import { DownloadPriority } from '../../shared/downloads.ts';
import type { SelectionPreferences } from '../../shared/selection.ts';

const languages = z
  .string()
  .transform((list) => list.split(',').filter(Boolean))
  .optional();

/** The options of `layover download`. */
export const Choice = z.object({
  rendition: z.string().optional(),
  maxHeight: z.coerce.number().int().positive().optional(),
  maxGbPerHour: z.coerce.number().positive().optional(),
  dataSaver: z.boolean().default(false),
  audio: languages,
  subtitles: languages,
  audioDescription: z.boolean().default(false),
  priority: DownloadPriority.optional(),
  season: z.coerce.number().int().nonnegative().optional(),
  next: z.coerce.number().int().min(1).max(50).optional(),
});
export type Choice = z.infer<typeof Choice>;

/** Whether any option says what to take of a video. */
export function isChosen(choice: Choice): boolean {
  const { rendition, maxHeight, maxGbPerHour, dataSaver, audio, subtitles, audioDescription } = choice;
  return (
    dataSaver ||
    audioDescription ||
    [rendition, maxHeight, maxGbPerHour, audio, subtitles].some((said) => said !== undefined)
  );
}

/** What the options say, for selection. */
export function preferencesOf(choice: Choice): SelectionPreferences {
  return {
    video: videoRuleOf(choice),
    audioLanguages: choice.audio ?? [],
    subtitleLanguages: choice.subtitles ?? [],
    audioDescription: choice.audioDescription,
  };
}

function videoRuleOf({
  rendition,
  maxHeight,
  maxGbPerHour,
  dataSaver,
}: Choice): SelectionPreferences['video'] {
  if (rendition) return { rule: 'rendition', renditionId: rendition };
  if (maxHeight) return { rule: 'max-height', height: maxHeight };
  if (maxGbPerHour) return { rule: 'bytes-per-hour', maxBytesPerHour: Math.round(maxGbPerHour * 1e9) };
  return dataSaver ? { rule: 'data-saver' } : { rule: 'best' };
}
