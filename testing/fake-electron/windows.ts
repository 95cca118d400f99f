import { EventEmitter } from 'node:events';
import type { MessagePortMain } from './ports.ts';
import type { FakeSession } from './session.ts';
import { session } from './session.ts';
import { demandReady, emitters, preventable, state } from './state.ts';

export interface FakeFrame {
  url: string;
  readonly parent: FakeFrame | null;
}

type OpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' };
let nextId = 1;

export class FakeWebContents extends EventEmitter {
  readonly id = nextId++;
  readonly mainFrame: FakeFrame = { url: 'about:blank', parent: null };
  readonly session: FakeSession = session.defaultSession;
  /** How often a page was loaded into it. */
  loads = 0;
  #onOpen: OpenHandler | null = null;

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#onOpen = handler;
  }

  /** The page (or a frame in it) goes somewhere: true when it got there. */
  navigate(url: string, { isMainFrame = true } = {}): boolean {
    const names = isMainFrame ? ['will-frame-navigate', 'will-navigate'] : ['will-frame-navigate'];
    const isDenied = names.map((name) => this.#ask(name, url, isMainFrame)).includes(false);
    if (!isDenied && isMainFrame) this.mainFrame.url = url;
    return !isDenied;
  }
  /** A server answers a navigation with a redirect. */
  redirect(url: string): boolean {
    return this.#ask('will-redirect', url, true);
  }
  /** The page calls window.open: Electron opens windows unless a handler says no. */
  open(url: string): boolean {
    return this.#onOpen ? this.#onOpen({ url }).action === 'allow' : true;
  }
  reload(): void {
    this.loads += 1;
  }
  attachWebview(): boolean {
    const event = preventable({});
    this.emit('will-attach-webview', event, {}, {});
    return !event.defaultPrevented;
  }
  /** A preload script in `frame` calls ipcRenderer.postMessage; `null`: the frame was gone by then. */
  postToMain(channel: string, message: unknown, ports: MessagePortMain[], frame?: FakeFrame | null): void {
    const senderFrame = frame === undefined ? this.mainFrame : frame;
    emitters.ipcMain.emit(channel, { sender: this, senderFrame, ports, type: 'frame' }, message);
  }

  #ask(name: string, url: string, isMainFrame: boolean): boolean {
    const event = preventable({ url, isMainFrame, isSameDocument: false, frame: this.mainFrame });
    this.emit(name, event, url);
    return !event.defaultPrevented;
  }
}

export interface FakeWindowOptions {
  webPreferences?: Record<string, unknown>;
  show?: boolean;
}

export class FakeWindow extends EventEmitter {
  readonly options: FakeWindowOptions;
  readonly webContents: FakeWebContents;
  isShown: boolean;
  focused = 0;
  #isDestroyed = false;

  constructor(options: FakeWindowOptions = {}) {
    super();
    demandReady('BrowserWindow');
    this.options = options;
    this.isShown = options.show ?? true;
    this.webContents = new FakeWebContents();
    state.windows.push(this);
    emitters.app.emit('web-contents-created', {}, this.webContents);
  }
  static getAllWindows(): FakeWindow[] {
    return state.windows.filter((window) => !window.isDestroyed());
  }

  static getFocusedWindow(): FakeWindow | null {
    return FakeWindow.getAllWindows().find(({ focused }) => focused > 0) ?? null;
  }

  /** Loads through the session's scheme handler, as a navigation without initiator. */
  async loadURL(url: string): Promise<void> {
    this.webContents.loads += 1;
    const { status } = await this.webContents.session.protocol.load(url);
    if (status >= 400) throw new Error(`ERR_FAILED (-2) loading '${url}'`);
    this.webContents.mainFrame.url = url;
    this.emit('ready-to-show');
  }
  show(): void {
    this.isShown = true;
  }
  focus(): void {
    this.focused += 1;
  }
  isMinimized(): boolean {
    return false;
  }
  isDestroyed(): boolean {
    return this.#isDestroyed;
  }
  restore(): void {
    this.isShown = true;
  }
  close(): void {
    this.#isDestroyed = true;
    this.emit('closed');
    if (FakeWindow.getAllWindows().length === 0) emitters.app.emit('window-all-closed');
  }
}
