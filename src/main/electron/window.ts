import type { BrowserWindow, BrowserWindowConstructorOptions } from 'electron';
import { APP_ORIGIN } from './scheme.ts';

/** Options of the one window; the renderer is a web page and gets no more than a web page has. */
export function windowOptions(preloadFile: string, isPackaged: boolean): BrowserWindowConstructorOptions {
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
      devTools: !isPackaged,
    },
  };
}

/** Opens the window and shows it once there is something to see. */
export async function openWindow(Window: typeof BrowserWindow, preloadFile: string, isPackaged: boolean) {
  const window = new Window(windowOptions(preloadFile, isPackaged));
  window.once('ready-to-show', () => window.show());
  await window.loadURL(`${APP_ORIGIN}/`);
  return window;
}
