import type { WebContents } from 'electron';
import type { Log } from '../../shared/platform.ts';
import { isOwnUrl } from './scheme.ts';

/**
 * Whatever is shown in a window of ours stays ours: no frame leaves app://bundle, no second window opens, no
 * webview is attached. Nothing is handed to the system's browser either: `openExternal` is not used at all.
 */
export function lockNavigation(contents: WebContents, log: Log): void {
  const stay = (event: { url: string; preventDefault(): void }) => {
    if (isOwnUrl(event.url)) return;
    event.preventDefault();
    log.warn('window.navigation-denied', { url: event.url });
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    log.warn('window.open-denied', { url });
    return { action: 'deny' };
  });
}
