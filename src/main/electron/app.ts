import path from 'node:path';
import type * as Electron from 'electron';
import type { Engine, Extension } from '../../engine/types.ts';
import type { Lab } from '../../lab/lab.ts';
import { createLog } from '../../platform/log.ts';
import { seedServiceUrl } from '../../platform/settings.ts';
import { asLayoverError } from '../../shared/errors.ts';
import type { Platform } from '../../shared/platform.ts';
import type { Ms } from '../../shared/units.ts';
import { openBundle } from '../bundle.ts';
import { parseHostOptions, UsageError } from '../host-options.ts';
import type { HostOptions } from '../host-options.ts';
import { createWindowHandler } from '../window-handler.ts';
import { acceptConnections } from './connections.ts';
import type { ElectronPieces } from './electron-platform.ts';
import { createElectronPlatform } from './electron-platform.ts';
import { lockNavigation } from './navigation.ts';
import { showWarnings } from './notifications.ts';
import { denyPermissions } from './permissions.ts';
import { handleAppScheme } from './scheme.ts';
import { createWindow } from './window.ts';

export type AppPieces = ElectronPieces &
  Pick<typeof Electron, 'ipcMain' | 'Menu' | 'Notification' | 'protocol'>;

export interface AppOptions {
  readonly electron: AppPieces;
  /** Without the program's name. What is not an option of ours is passed over. */
  readonly argv: readonly string[];
  readonly bundleFolder: string;
  readonly preloadFile: string;
  readonly createEngine: (
    platform: Platform,
    extend?: Extension,
  ) => Promise<Pick<Engine, 'router' | 'client' | 'media' | 'stop'>>;
  /** The license lab, in a QA build: a shipped app has none, and takes its time from the machine alone. */
  readonly createLab?: ((platform: Platform, offsetMs: Ms) => Lab) | undefined;
}

/**
 * The life of the app. Resolves once the window is loaded, or false when another instance runs already (that
 * one comes to the front) or the start failed (the viewer has been told).
 */
export async function runApp({
  electron,
  argv,
  bundleFolder,
  preloadFile,
  createEngine,
  createLab,
}: AppOptions): Promise<boolean> {
  const { app, BrowserWindow, dialog, ipcMain, Menu, Notification, protocol, session } = electron;
  const options = readOptions(argv);
  if (options instanceof UsageError) {
    dialog.showErrorBox('Layover', options.message);
    app.exit(2);
    return false;
  }
  if (options.data) app.setPath('userData', options.data);
  app.enableSandbox();
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return false;
  }
  const log = createLog({
    folder: path.join(app.getPath('userData'), 'logs'),
    stderrLevel: options['log-level'],
    now: () => Date.now(),
  });
  app.on('session-created', denyPermissions);
  app.on('web-contents-created', (_event, contents) => lockNavigation(contents, log));

  try {
    await app.whenReady();
    log.info('host.versions', { electron: process.versions['electron'], node: process.versions.node });
    denyPermissions(session.defaultSession);
    if (process.platform !== 'darwin') Menu.setApplicationMenu(null);
    const platform = createElectronPlatform(electron, log);
    seedServiceUrl(platform.settings, options.service);
    const offsetMs = options['qa-clock-offset-ms'];
    const lab = options.qa || offsetMs !== 0 ? createLab?.(platform, offsetMs) : undefined;
    const bundle = openBundle(options.qa && lab ? `${bundleFolder}-qa` : bundleFolder);
    const engine = await createEngine(lab?.platform ?? platform, options.qa ? lab?.extend : undefined);
    stopBeforeQuit(app, engine);
    handleAppScheme(
      protocol,
      createWindowHandler(bundle, (request) => engine.media(request)),
    );
    acceptConnections(ipcMain, engine.router, log);

    const { isPackaged } = app;
    const window = createWindow({
      BrowserWindow,
      preloadFile,
      isPackaged,
      now: platform.clock.monotonic,
      log,
    });
    await window.open();
    void showWarnings({
      Notification,
      client: engine.client,
      languages: () => app.getPreferredSystemLanguages(),
      showDownloads: () => window.showScreen('/downloads'),
      log,
    });
    app.on('second-instance', window.toFront);
    // macOS keeps an app without windows; a click on its icon wants one.
    app.on('activate', window.toFront);
    app.on('window-all-closed', () => {
      if (process.platform !== 'darwin') app.quit();
    });
    return true;
  } catch (thrown) {
    const error = asLayoverError(thrown);
    log.error('host.start-failed', { code: error.code, reason: String(thrown) });
    dialog.showErrorBox('Layover', error.message);
    app.exit(1);
    return false;
  }
}

function readOptions(argv: readonly string[]): HostOptions | UsageError {
  try {
    return parseHostOptions(argv, { strict: false });
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

/** Quitting waits until the engine has put everything away. */
function stopBeforeQuit(app: AppPieces['app'], engine: Pick<Engine, 'stop'>): void {
  let isStopping = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (isStopping) return;
    isStopping = true;
    void engine.stop().finally(() => app.exit(0));
  });
}
