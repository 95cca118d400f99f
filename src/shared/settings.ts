import { z } from 'zod';
import { SelectionPreferences } from './selection.ts';

const fields = {
  language: z.enum(['system', 'en', 'es', 'fr']),
  theme: z.enum(['system', 'dark', 'light']),
  /** Where the service is; set at sign-in, or by the host for a demo. */
  serviceUrl: z.url().nullable(),
  /** What the download dialog proposes. */
  downloadPreferences: SelectionPreferences,
  playback: z.object({
    audioLanguage: z.string().nullable(),
    subtitleLanguage: z.string().nullable(),
    volume: z.number().min(0).max(1),
    autoplayNext: z.boolean(),
  }),
};

/** Every setting with its default: one schema for electron-store, conf and the settings screen. */
export const Settings = z.object({
  language: fields.language.default('system'),
  theme: fields.theme.default('system'),
  serviceUrl: fields.serviceUrl.default(null),
  downloadPreferences: fields.downloadPreferences.default({
    video: { rule: 'max-height', height: 720 },
    audioLanguages: [],
    subtitleLanguages: [],
  }),
  playback: fields.playback.default({
    audioLanguage: null,
    subtitleLanguage: null,
    volume: 1,
    autoplayNext: true,
  }),
});
export type Settings = z.infer<typeof Settings>;

/** Some of the settings. Made of the fields without their defaults: what is absent must stay as it is. */
export const SettingsPatch = z.object(fields).partial();
export type SettingsPatch = z.infer<typeof SettingsPatch>;
