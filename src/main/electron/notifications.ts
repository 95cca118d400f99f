import type { Notification } from 'electron';
import type { Engine } from '../../engine/types.ts';
import { textIn } from '../../platform/words.ts';
import { asLayoverError } from '../../shared/errors.ts';
import type { LicenseWarning } from '../../shared/downloads.ts';
import type { Log } from '../../shared/platform.ts';
import { languageFor } from '../../shared/words/language.ts';
import { warningWords } from '../../shared/words/warning-words.ts';

export interface NotificationPieces {
  readonly Notification: typeof Notification;
  readonly client: Pick<Engine['client'], 'app' | 'settings'>;
  /** Of the system, most wanted first. */
  readonly languages: () => readonly string[];
  /** Brings the downloads to the front. */
  readonly showDownloads: () => void;
  readonly log: Log;
}

/**
 * Shows the engine's warnings as notifications of the system, whether a window is open or not, until the engine
 * stops. A click shows the downloads.
 */
export async function showWarnings(pieces: NotificationPieces): Promise<void> {
  const { Notification, client, log } = pieces;
  if (!Notification.isSupported()) return;
  try {
    for await (const event of await client.app.events())
      if (event.type === 'license-warnings') await show(event.warnings, pieces);
  } catch (thrown) {
    const { code } = asLayoverError(thrown);
    if (code !== 'host/stopped') log.warn('notifications.ended', { code });
  }
}

/** Held until they are gone: what nothing refers to any more hears no click. */
const shown = new Set<Notification>();

async function show(warnings: readonly LicenseWarning[], pieces: NotificationPieces): Promise<void> {
  const { Notification, client, languages, showDownloads } = pieces;
  const [{ language }, { nowMs, connection }] = [await client.settings.read(), await client.app.status()];
  const spoken = languageFor(language, languages());
  const locale = languages().find((tag) => tag.startsWith(spoken)) ?? spoken;
  const reader = { text: textIn(spoken), locale, nowMs, isOnline: connection === 'online' };
  const { title, lines } = warningWords(warnings, reader);
  const notification = new Notification({ title, body: lines.join('\n') });
  shown.add(notification);
  notification.on('click', () => {
    shown.delete(notification);
    showDownloads();
  });
  notification.on('close', () => shown.delete(notification));
  notification.show();
}
