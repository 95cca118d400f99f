import type { BrowserWindow, BrowserWindowConstructorOptions, RenderProcessGoneDetails } from 'electron';
import { asLayoverError } from '../../shared/errors.ts';
import type { Log } from '../../shared/platform.ts';
import { MINUTE_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import { APP_ORIGIN } from './scheme.ts';

/** A page that dies more often than this within a minute would die on and on. */
const MOST_RELOADS = 3;

export interface WindowPieces {
  readonly BrowserWindow: typeof BrowserWindow;
  readonly preloadFile: string;
  readonly isPackaged: boolean;
  readonly now: () => Ms;
  readonly log: Log;
}

/** Options of the one window; the renderer is a web page and gets no more than a web page has. */
function windowOptions({ preloadFile, isPackaged }: WindowPieces): BrowserWindowConstructorOptions {
  return {
    width: 1280,
    height: 800,
    minWidth: 640,
    minHeight: 480,
    show: false,
    backgroundColor: '#101218',
    title: 'Layover',
    webPreferences: {
      preload: preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      // Electron fetches dictionaries from a server of its own otherwise.
      spellcheck: false,
      devTools: !isPackaged,
    },
  };
}

/** The one window: opened, brought to the front, or opened again where a system keeps apps without windows. */
export function createWindow(pieces: WindowPieces) {
  const { BrowserWindow: Window, log } = pieces;
  let window: BrowserWindow | undefined;

  /** Shows it once there is something to see. */
  async function open(screen = ''): Promise<void> {
    const opened = new Window(windowOptions(pieces));
    window = opened;
    opened.once('ready-to-show', () => opened.show());
    const reload = reloadSparingly(opened, pieces);
    opened.webContents.on('render-process-gone', (_event, details) => reload(details));
    await opened.loadURL(`${APP_ORIGIN}/${screen && `#${screen}`}`);
  }

  function or(failure: string, work: Promise<void>): void {
    work.catch((thrown: unknown) =>
      log.error(failure, { code: asLayoverError(thrown).code, reason: String(thrown) }),
    );
  }

  function toFront(): void {
    if (!window || window.isDestroyed()) return or('window.not-opened', open());
    if (window.isMinimized()) window.restore();
    window.focus();
  }

  return {
    open: () => open(),
    toFront,
    /** One of the page's own screens, in front: `/downloads`. Within an open page no more than a change of the hash. */
    showScreen(screen: string): void {
      if (!window || window.isDestroyed()) return or('window.not-opened', open(screen));
      toFront();
      or('window.not-shown', window.loadURL(`${APP_ORIGIN}/#${screen}`));
    },
  };
}

/** A page whose process died (memory, driver) comes back by itself: the engine lives on in this one. */
function reloadSparingly(window: BrowserWindow, { now, log }: WindowPieces) {
  let reloads: Ms[] = [];
  return ({ reason, exitCode }: RenderProcessGoneDetails): void => {
    reloads = reloads.filter((atMs) => now() - atMs < MINUTE_MS);
    const isOver = reason === 'clean-exit' || window.isDestroyed() || reloads.length >= MOST_RELOADS;
    log.error('window.process-gone', { reason, exitCode, reloads: isOver ? false : true });
    if (isOver) return;
    reloads.push(now());
    window.webContents.reload();
  };
}
