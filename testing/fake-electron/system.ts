import { randomInt } from 'node:crypto';
import { demandReady, emitters, preventable, state } from './state.ts';

export const app = Object.assign(emitters.app, {
  isReady: () => state.isReady,
  whenReady: async () => {
    if (!state.isReady) await new Promise((resolve) => emitters.app.once('ready', resolve));
  },
  getVersion: () => '1.2.3',
  getName: () => 'Layover',
  getPreferredSystemLanguages: () => state.languages,
  getPath: (name: string) => {
    const known = state.paths.get(name);
    if (known === undefined) throw new Error(`Failed to get '${name}' path`);
    return known;
  },
  setPath: (name: string, path: string) => void state.paths.set(name, path),
  enableSandbox: () => {
    if (state.isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
    state.sandboxEnabled = true;
  },
  requestSingleInstanceLock: () => state.isFirstInstance,
  /** Asks the listeners of `will-quit`; exits unless one prevents it. */
  quit: () => {
    state.quitAsked = true;
    const event = preventable({});
    emitters.app.emit('before-quit', event);
    emitters.app.emit('will-quit', event);
    if (!event.defaultPrevented) app.exit(0);
  },
  exit: (code = 0) => {
    state.exitCode ??= code;
    emitters.app.emit('quit', {}, code);
  },
});

Object.defineProperty(app, 'isPackaged', { get: () => state.isPackaged });

let salt = randomInt(256);
function encrypt(plain: string): Buffer {
  // Never the same twice in a row, as with a nonce; one drawn each time would now and then be.
  salt = (salt + 1) % 256;
  const body = Buffer.from(plain, 'utf8').map((byte) => byte ^ state.keychainKey ^ salt);
  return Buffer.concat([Buffer.from(state.keychainTag), Buffer.of(state.keychainKey, salt), body]);
}
function useKeychain(): void {
  demandReady('safeStorage');
  if (state.keychain === 'locked')
    throw new Error('Encryption is temporarily unavailable. Please try again later.');
  if (state.keychain === 'absent') throw new Error('Encryption is not available.');
}
const deprecated = () => {
  throw new Error('deprecated in Electron 45: use the asynchronous function');
};

/** Asynchronous part only. "Available" says nothing of how well the key is kept. */
export const safeStorage = {
  isAsyncEncryptionAvailable: async () => {
    demandReady('safeStorage');
    return state.keychain !== 'absent';
  },
  encryptStringAsync: async (plain: string) => {
    useKeychain();
    return encrypt(plain);
  },
  decryptStringAsync: async (sealed: Buffer) => {
    useKeychain();
    if (!Buffer.isBuffer(sealed)) throw new TypeError('Expected a Buffer');
    const [key, used] = [sealed[3], sealed[4] ?? 0];
    if (key !== state.keychainKey || !/^v1[012]/.test(sealed.toString('latin1', 0, 3)))
      throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.');
    const result = Buffer.from(sealed.subarray(5).map((byte) => byte ^ key ^ used)).toString('utf8');
    return { result, shouldReEncrypt: state.shouldReEncrypt };
  },
  getSelectedStorageBackend: () => (state.isReady ? state.linuxBackend : 'unknown'),
  isEncryptionAvailable: deprecated,
  encryptString: deprecated,
  decryptString: deprecated,
};

export const net = { isOnline: () => state.isOnline };
export const powerMonitor = Object.assign(emitters.powerMonitor, {
  isOnBatteryPower: () => state.isOnBattery,
});

let nextBlocker = 1;
export const powerSaveBlocker = {
  start: (type: string) => {
    const id = nextBlocker++;
    state.powerBlockers.set(id, type);
    return id;
  },
  stop: (id: number) => state.powerBlockers.delete(id),
  isStarted: (id: number) => state.powerBlockers.has(id),
};

export const dialog = {
  showErrorBox: (title: string, content: string) => void state.errorBoxes.push(`${title}: ${content}`),
  /** Open until a test answers it (`answerFolderDialog`). */
  showOpenDialog: (...args: unknown[]) =>
    new Promise((resolve) => {
      const [parent, options] = args.length > 1 ? args : [null, args[0]];
      state.folderDialogs.push({ parent, options, answer: resolve });
    }),
};
export const Menu = { setApplicationMenu: (menu: unknown) => void (state.menu = menu) };
export const ipcMain = emitters.ipcMain;
export const shell = {
  openPath: async () => '',
  openExternal: async () => {
    throw new Error('Layover never opens anything outside');
  },
};

/** The two things a sandboxed preload script has. */
export const contextBridge = {
  exposeInMainWorld: (key: string, value: unknown) => {
    if (state.exposed.has(key)) throw new Error('Cannot bind an API on top of an existing property');
    state.exposed.set(key, structuredClone(value));
  },
};
export const ipcRenderer = {
  postMessage: (channel: string, message: unknown, ports: unknown[] = []) =>
    void state.posted.push({ channel, message, ports }),
};
