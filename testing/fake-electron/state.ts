import { EventEmitter } from 'node:events';
import type { FakeNotification } from './notifications.ts';
import type { FakeSession } from './session.ts';
import type { FakeWindow } from './windows.ts';

/** What stands behind the fake's modules. A test makes it anew with `resetElectron`. */
export interface FakeState {
  isReady: boolean;
  isPackaged: boolean;
  isFirstInstance: boolean;
  /** Another process holds the keychain locked. */
  keychain: 'open' | 'locked' | 'absent';
  /** Tag of what safeStorage makes on Linux: v10 fixed key, v11 Secret Service, v12 portal. */
  keychainTag: 'v10' | 'v11' | 'v12';
  linuxBackend: 'basic_text' | 'gnome_libsecret' | 'kwallet6';
  /** The keychain's key; another one cannot open what this one sealed. */
  keychainKey: number;
  /** What safeStorage answers beside the plain text: the key was rotated. */
  shouldReEncrypt: boolean;
  isOnline: boolean;
  isOnBattery: boolean;
  languages: string[];
  paths: Map<string, string>;
  exitCode: number | null;
  quitAsked: boolean;
  sandboxEnabled: boolean;
  errorBoxes: string[];
  /** Dialogs for a folder that nobody has answered yet. */
  folderDialogs: {
    parent: unknown;
    options: unknown;
    answer(given: { canceled: boolean; filePaths: string[] }): void;
  }[];
  menu: unknown;
  privileged: { scheme: string; privileges?: Record<string, boolean> }[];
  windows: FakeWindow[];
  /** Whether the system has any. */
  hasNotifications: boolean;
  notifications: FakeNotification[];
  sessions: Map<string, FakeSession>;
  powerBlockers: Map<number, string>;
  /** What a preload script put into its page, and what it sent to the main process. */
  exposed: Map<string, unknown>;
  posted: { channel: string; message: unknown; ports: unknown[] }[];
}

function initial(): FakeState {
  return {
    isReady: false,
    isPackaged: false,
    isFirstInstance: true,
    keychain: 'open',
    keychainTag: 'v11',
    linuxBackend: 'gnome_libsecret',
    keychainKey: 0x5a,
    shouldReEncrypt: false,
    isOnline: true,
    isOnBattery: false,
    languages: ['en-US'],
    paths: new Map(),
    exitCode: null,
    quitAsked: false,
    sandboxEnabled: false,
    errorBoxes: [],
    folderDialogs: [],
    menu: undefined,
    privileged: [],
    windows: [],
    hasNotifications: true,
    notifications: [],
    sessions: new Map(),
    powerBlockers: new Map(),
    exposed: new Map(),
    posted: [],
  };
}

export const state: FakeState = initial();
/** `app`, `ipcMain` and `powerMonitor` as event emitters. */
export const emitters = {
  app: new EventEmitter(),
  ipcMain: new EventEmitter(),
  powerMonitor: new EventEmitter(),
};

export function resetState(userData: string): void {
  Object.assign(state, initial());
  state.paths.set('userData', userData);
  for (const emitter of Object.values(emitters)) emitter.removeAllListeners();
}

export function demandReady(what: string): void {
  if (!state.isReady) throw new Error(`${what} cannot be used before the app is ready`);
}

export interface PreventableEvent {
  preventDefault(): void;
  defaultPrevented: boolean;
}

/** Electron's events can be stopped by their listeners. */
export function preventable<T extends object>(fields: T): T & PreventableEvent {
  const event = {
    ...fields,
    defaultPrevented: false,
    preventDefault: () => {
      event.defaultPrevented = true;
    },
  };
  return event;
}
