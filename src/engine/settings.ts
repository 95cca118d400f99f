import { LayoverError } from '../shared/errors.ts';
import type { SettingsStore } from '../shared/platform.ts';
import { Settings } from '../shared/settings.ts';
import type { SettingsPatch } from '../shared/settings.ts';

export type SettingsKeeper = ReturnType<typeof createSettingsKeeper>;

/** The settings by their schema: what the file holds and cannot be used is replaced by its default, key by key. */
export function createSettingsKeeper(store: SettingsStore) {
  let settings = readTolerantly(store.read());

  return {
    read: (): Settings => settings,
    /** Throws `settings/invalid`. */
    write(patch: SettingsPatch): Settings {
      const given = Object.entries(patch).filter(([, value]) => value !== undefined);
      const next = Settings.safeParse({ ...settings, ...Object.fromEntries(given) });
      if (!next.success)
        throw new LayoverError('settings/invalid', { reason: next.error.issues[0]?.message ?? 'unknown' });
      settings = next.data;
      store.write(settings);
      return settings;
    },
  };
}

function readTolerantly(raw: unknown): Settings {
  const given = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {};
  const usable = Object.entries(Settings.shape).filter(
    ([key, schema]) => key in given && schema.safeParse(given[key]).success,
  );
  return Settings.parse(Object.fromEntries(usable.map(([key]) => [key, given[key]])));
}
