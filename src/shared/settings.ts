import { z } from 'zod';
import { SelectionPreferences } from './selection.ts';
import { Trip } from './trip.ts';

/** Minutes since midnight, by the viewer's own clock; `from` later than `to` goes over midnight. */
const minuteOfDay = z.int().min(0).max(1439);

/** When, over what, and how much may be downloaded. */
export const DownloadRules = z.object({
  /** Networks that cost by the byte. */
  allowMetered: z.boolean(),
  /** What the viewer says of the network in use, over what the system says. */
  thisNetwork: z.enum(['system', 'metered', 'unmetered']),
  onlyOnCharger: z.boolean(),
  schedule: z.discriminatedUnion('mode', [
    z.object({ mode: z.literal('always') }),
    /** Only between these, e.g. overnight. */
    z.object({ mode: z.literal('only'), fromMinute: minuteOfDay, toMinute: minuteOfDay }),
    /** Quiet hours. */
    z.object({ mode: z.literal('except'), fromMinute: minuteOfDay, toMinute: minuteOfDay }),
  ]),
  /** For all downloads together; null: as fast as the link. */
  capBitsPerSecond: z.int().min(100_000).nullable(),
  /** Titles at the same time. */
  atOnce: z.int().min(1).max(4),
  /** So much of the disk is left alone. */
  freeSpaceFloorBytes: z.int().nonnegative(),
  /** All downloads together stay below it; null: the disk is the limit. */
  budgetBytes: z.int().positive().nullable(),
  /** A download that was watched to its end goes by itself. */
  removeWatched: z.boolean(),
  /** Whether the budget may also remove what was not watched. */
  mayRemoveUnwatched: z.boolean(),
});
export type DownloadRules = z.infer<typeof DownloadRules>;

const fields = {
  language: z.enum(['system', 'en', 'es', 'fr']),
  theme: z.enum(['system', 'dark', 'light']),
  /** Where the service is; set at sign-in, or by the host for a demo. */
  serviceUrl: z.url().nullable(),
  /** What the download dialog proposes. */
  downloadPreferences: SelectionPreferences,
  downloads: DownloadRules,
  playback: z.object({
    audioLanguage: z.string().nullable(),
    subtitleLanguage: z.string().nullable(),
    volume: z.number().min(0).max(1),
    autoplayNext: z.boolean(),
  }),
  notifications: z.object({
    /** That the time to start or to finish a download runs out. */
    licenseEnds: z.boolean(),
  }),
  /** The one that was checked last; null: none yet. */
  trip: Trip.nullable(),
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
    audioDescription: false,
  }),
  downloads: fields.downloads.default({
    allowMetered: false,
    thisNetwork: 'system',
    onlyOnCharger: false,
    schedule: { mode: 'always' },
    capBitsPerSecond: null,
    atOnce: 2,
    freeSpaceFloorBytes: 1024 ** 3,
    budgetBytes: null,
    removeWatched: false,
    mayRemoveUnwatched: false,
  }),
  playback: fields.playback.default({
    audioLanguage: null,
    subtitleLanguage: null,
    volume: 1,
    autoplayNext: true,
  }),
  notifications: fields.notifications.default({ licenseEnds: true }),
  trip: fields.trip.default(null),
});
export type Settings = z.infer<typeof Settings>;

/** Some of the settings. Made of the fields without their defaults: what is absent must stay as it is. */
export const SettingsPatch = z.object(fields).partial();
export type SettingsPatch = z.infer<typeof SettingsPatch>;
