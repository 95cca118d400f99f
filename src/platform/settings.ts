import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import Conf from 'conf';
import { z } from 'zod';
import { LayoverError } from '../shared/errors.ts';
import type { Log, SettingsStore } from '../shared/platform.ts';

const NAME = 'settings';
const FileShape = z.record(z.string(), z.unknown());

/** What `conf` and electron-store have in common; each host opens its own. */
export interface SettingsFile {
  store: Record<string, unknown>;
}
export interface SettingsFileOptions {
  readonly cwd: string;
  readonly name: string;
}

/**
 * Settings as one JSON file, written whole or not at all. A file that is not a JSON object is set aside
 * (`settings.json.<id>.unusable`), never overwritten, and the defaults hold again. Throws
 * `database/unwritable`, also later, when a setting cannot be kept.
 */
export function openSettings(
  folder: string,
  log: Log,
  open: (options: SettingsFileOptions) => SettingsFile = ({ cwd, name }) =>
    new Conf<Record<string, unknown>>({ cwd, configName: name, accessPropertiesByDotNotation: false }),
): SettingsStore {
  const inFolder = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw new LayoverError('database/unwritable', { folder }, { cause });
    }
  };
  const file = inFolder(() => {
    setAsideIfBroken(path.join(folder, `${NAME}.json`), log);
    return open({ cwd: folder, name: NAME });
  });
  return {
    read: () => file.store,
    write: (settings) => inFolder(() => void (file.store = settings)),
  };
}

/** Puts the service's address into the settings, for a host that was started on a service of its own. */
export function seedServiceUrl(settings: SettingsStore, serviceUrl: string | undefined): void {
  if (serviceUrl === undefined) return;
  const known = FileShape.safeParse(settings.read()).data ?? {};
  if (known['serviceUrl'] !== serviceUrl) settings.write({ ...known, serviceUrl });
}

/** The service's address as the settings have it now; undefined when there is none. */
export function serviceUrlIn(settings: SettingsStore): string | undefined {
  return z.object({ serviceUrl: z.url() }).safeParse(settings.read()).data?.serviceUrl;
}

function setAsideIfBroken(file: string, log: Log): void {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return;
  }
  if (isJsonObject(text)) return;
  const aside = `${file}.${randomUUID().slice(0, 8)}.unusable`;
  renameSync(file, aside);
  log.warn('settings.set-aside', { file: aside });
}

function isJsonObject(text: string): boolean {
  try {
    return FileShape.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
