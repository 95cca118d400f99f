import { EventEmitter } from 'node:events';
import { FakeProtocol } from './protocol.ts';
import { demandReady, emitters, preventable, state } from './state.ts';

type RequestHandler = (
  contents: unknown,
  permission: string,
  callback: (granted: boolean) => void,
  details: { requestingUrl: string; isMainFrame: boolean },
) => void;
type CheckHandler = (contents: unknown, permission: string, origin: string, details: object) => boolean;

/** A session: without handlers it grants every permission, as Electron does. */
export class FakeSession extends EventEmitter {
  readonly protocol = new FakeProtocol();
  readonly partition: string;
  readonly options: { cache?: boolean };
  /** What was sent through `fetch`. */
  readonly fetched: { url: string; init: Record<string, unknown> }[] = [];
  #onRequest: RequestHandler | null = null;
  #onCheck: CheckHandler | null = null;
  #onDevice: ((details: object) => boolean) | null = null;
  #onDisplay: ((request: object, callback: (streams: object | null) => void) => void) | null = null;

  constructor(partition: string, options: { cache?: boolean }) {
    super();
    this.partition = partition;
    this.options = options;
  }

  setPermissionRequestHandler(handler: RequestHandler | null): void {
    this.#onRequest = handler;
  }
  setPermissionCheckHandler(handler: CheckHandler | null): void {
    this.#onCheck = handler;
  }
  setDevicePermissionHandler(handler: ((details: object) => boolean) | null): void {
    this.#onDevice = handler;
  }
  setDisplayMediaRequestHandler(
    handler: ((request: object, callback: (streams: object | null) => void) => void) | null,
  ): void {
    this.#onDisplay = handler;
  }

  /** Chromium's network stack as a page-less fetch; its two known refusals are kept. */
  async fetch(input: string | Request, init: RequestInit & Record<string, unknown> = {}): Promise<Response> {
    const url = typeof input === 'string' ? input : input.url;
    this.fetched.push({ url, init });
    if (init.redirect === 'manual') throw new Error('Redirect was cancelled');
    if (/^(data|blob):/.test(url)) throw new Error('net::ERR_UNKNOWN_URL_SCHEME');
    return globalThis.fetch(input, init);
  }

  /** A page asks, e.g. `navigator.geolocation`. */
  askPermission(permission: string, requestingUrl: string): boolean {
    let answer = this.#onRequest === null;
    this.#onRequest?.(null, permission, (granted) => (answer = granted), {
      requestingUrl,
      isMainFrame: true,
    });
    return answer;
  }
  /** A page looks, e.g. `navigator.permissions.query`. */
  checkPermission(permission: string, origin: string): boolean {
    return this.#onCheck ? this.#onCheck(null, permission, origin, {}) : true;
  }
  askDevice(): boolean {
    return this.#onDevice ? this.#onDevice({ deviceType: 'usb' }) : true;
  }
  askScreen(): object | null {
    let streams: object | null = { video: 'screen' };
    this.#onDisplay?.({}, (given) => (streams = given && Object.keys(given).length > 0 ? given : null));
    return streams;
  }
  /** A page starts a download; true when it went ahead. */
  startDownload(): boolean {
    const event = preventable({});
    this.emit('will-download', event, {}, {});
    return !event.defaultPrevented;
  }
}

export const session = {
  fromPartition(partition: string, options: { cache?: boolean } = {}): FakeSession {
    demandReady('session');
    const known = state.sessions.get(partition);
    if (known) return known;
    const made = new FakeSession(partition, options);
    state.sessions.set(partition, made);
    emitters.app.emit('session-created', made);
    return made;
  },
  get defaultSession(): FakeSession {
    return session.fromPartition('');
  },
};

/** The module's `protocol` is the default session's; privileges are for all. */
export const protocol = {
  registerSchemesAsPrivileged: (schemes: typeof state.privileged) =>
    new FakeProtocol().registerSchemesAsPrivileged(schemes),
  handle: (...rest: Parameters<FakeProtocol['handle']>) => session.defaultSession.protocol.handle(...rest),
  unhandle: (scheme: string) => session.defaultSession.protocol.unhandle(scheme),
  isProtocolHandled: (scheme: string) => session.defaultSession.protocol.isProtocolHandled(scheme),
};
