import { FakeNotification } from './notifications.ts';
import { MessageChannelMain } from './ports.ts';
import { protocol, session } from './session.ts';
import * as system from './system.ts';
import { FakeWindow } from './windows.ts';

export const {
  contextBridge,
  ipcRenderer,
  app,
  dialog,
  ipcMain,
  Menu,
  net,
  powerMonitor,
  powerSaveBlocker,
  safeStorage,
  shell,
} = system;
export {
  FakeNotification as Notification,
  FakeWindow as BrowserWindow,
  MessageChannelMain,
  protocol,
  session,
};

/** `import electron from 'electron'`, as electron-store does. */
export default {
  ...system,
  BrowserWindow: FakeWindow,
  Notification: FakeNotification,
  MessageChannelMain,
  protocol,
  session,
};
