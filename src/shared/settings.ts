import { z } from 'zod';
import { SelectionPreferences } from './selection.ts';

/** Every setting with its default: one schema for electron-store, conf and the settings screen. */
export const Settings = z.object({
  language: z.enum(['system', 'en', 'es', 'fr']).default('system'),
  theme: z.enum(['system', 'dark', 'light']).default('system'),
  /** Where the service is; set at sign-in, or by the host for a demo. */
  serviceUrl: z.url().nullable().default(null),
  /** What the download dialog proposes. */
  downloadPreferences: SelectionPreferences.default({
    video: { rule: 'max-height', height: 720 },
    audioLanguages: [],
    subtitleLanguages: [],
  }),
  playback: z
    .object({
      audioLanguage: z.string().nullable(),
      subtitleLanguage: z.string().nullable(),
      volume: z.number().min(0).max(1),
      autoplayNext: z.boolean(),
    })
    .default({ audioLanguage: null, subtitleLanguage: null, volume: 1, autoplayNext: true }),
});
export type Settings = z.infer<typeof Settings>;
export const SettingsPatch = Settings.partial();
export type SettingsPatch = z.infer<typeof SettingsPatch>;
