import type { Session } from 'electron';
import { isOwnUrl } from './scheme.ts';

/** Electron grants everything unless told otherwise. The player needs these two. */
const granted: readonly string[] = ['fullscreen', 'clipboard-sanitized-write'];

/** Denies a session everything but full screen and writing text to the clipboard, and those to our window only. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(granted.includes(permission) && isOwnUrl(details.requestingUrl ?? ''));
  });
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => {
    return granted.includes(permission) && isOwnUrl(requestingOrigin);
  });
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, callback) => callback({}));
  session.on('will-download', (event) => event.preventDefault());
}
