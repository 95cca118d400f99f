import type { Bytes, Ms } from './units.ts';

/**
 * All that the engine takes from the world. A host fills it in: Electron, the browser host, the command
 * line, a test. Nothing in the engine reads the time, the network, the disk's places or randomness in any
 * other way.
 */
export interface Platform {
  readonly host: 'electron' | 'browser' | 'cli';
  readonly version: string;
  readonly clock: Clock;
  /** WHATWG fetch that keeps bodies streaming and never stores cookies. */
  readonly fetch: typeof globalThis.fetch;
  /** For the many bytes of segments; absent: what `fetch` gives is good enough. */
  readonly transport?: Transport | undefined;
  /** For whole segments; absent: they are hashed where they are received. */
  readonly digests?: Digests | undefined;
  readonly paths: Paths;
  readonly secrets: SecretBox;
  /** Cryptographically strong. */
  random(sizeBytes: Bytes): Uint8Array;
  readonly network: NetworkSignal;
  readonly power: PowerSignal;
  readonly settings: SettingsStore;
  readonly log: Log;
  /** The system's dialog for choosing a folder, where the host has one; null: the viewer thought better of it. */
  readonly chooseFolder?: (() => Promise<string | null>) | undefined;
  /** Folders on other drives that downloads could lie in. */
  readonly otherDrives?: (() => Promise<string[]>) | undefined;
}

export interface Clock {
  /** Wall clock, as the machine believes it: may jump either way. */
  now(): Ms;
  /** Never goes back, counts from no particular moment. */
  monotonic(): Ms;
  /**
   * How long the machine has slept since this clock was made, which `monotonic` may not have counted and no set clock
   * changes. Absent where the system does not tell.
   */
  readonly slept?: (() => Ms) | undefined;
  /** How long the machine has been on; absent where the system does not tell. */
  readonly uptime?: (() => Uptime | undefined) | undefined;
  /** Resolves after a time, or at once (rejecting with the signal's reason) when aborted. */
  sleep(ms: Ms, signal?: AbortSignal): Promise<void>;
}

/** Sleep is counted in, and no set clock changes it. Exact to two seconds. */
export interface Uptime {
  /** Names the run of the machine, from its start to its end: two readings of one may be compared, also by two processes. */
  readonly boot: string;
  readonly ms: Ms;
}

/** Answers' headers, by lower-case name; null: there is none. */
export interface HeaderReader {
  get(name: string): string | null;
}

/**
 * GET and HEAD with as little between socket and receiver as the host can: neither streams nor copies. Sends no
 * cookie and keeps none, caches nothing.
 */
export interface Transport {
  /**
   * Resolves once the body came to its clean end, or the receiver wanted no more; answers of any status do.
   * Follows redirects, at most `MOST_REDIRECTS`. Rejects when the connection fails or breaks off, and promptly
   * with the signal's reason when aborted.
   */
  request(request: TransportRequest, receiver: TransportReceiver): Promise<void>;
}

export interface TransportRequest {
  readonly url: string;
  readonly method: 'GET' | 'HEAD';
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export interface TransportReceiver {
  /** Once, before the body. False: nothing more is wanted. */
  onHead(status: number, headers: HeaderReader): boolean;
  /**
   * The body in order; each piece belongs to the receiver. False: no more is wanted. A promise holds the sender
   * back until it has resolved; what it rejects with, `request` rejects with.
   */
  onBytes(bytes: Uint8Array): boolean | Promise<boolean>;
  /**
   * After `onBytes`, where more is wanted: the sender does not look at the memory of this piece any more. `free`: nor
   * does the receiver, and it may be given back at once. Not every sender calls it.
   */
  onDone?(bytes: Uint8Array): 'free' | 'kept';
}

/** SHA-256 beside the event loop. */
export interface Digests {
  /** Soon there will be something to do. */
  prepare(): void;
  /** undefined: there is none to be had, now or ever again. */
  begin(): RunningDigest | undefined;
}

/** The digest of one file. It ends with `end` or `drop`. */
export interface RunningDigest {
  /** In order; the piece's memory is gone after the call. A promise: more than enough waits to be hashed. */
  update(piece: Uint8Array): Promise<void> | undefined;
  /** As hex. Rejects when nobody can tell any more, whatever was handed over. */
  end(): Promise<string>;
  /** Nobody wants to know. */
  drop(): void;
}

/** An address that redirects on and on is given up after so many. */
export const MOST_REDIRECTS = 5;

export interface Paths {
  /** Database, settings, device identity. */
  readonly userData: string;
  /** Sealed tracks. */
  readonly downloads: string;
}

/** Seals small secrets with the best that the machine has. */
export interface SecretBox {
  /** `os`: the keychain protects it. `file`: only file permissions do, and the viewer is told. */
  protection(): Promise<'os' | 'file'>;
  seal(plain: Uint8Array): Promise<Uint8Array>;
  /** Throws `device/secret-unreadable`. */
  open(sealed: Uint8Array): Promise<Uint8Array>;
  /**
   * One text that lies outside the user folder, where the host has such a place: it is not put back with an older folder.
   * `read` gives null where nothing was written; both reject where nobody answers. Not secret, and not to be trusted.
   */
  readonly record?: { read(): Promise<string | null>; write(text: string): Promise<void> } | undefined;
}

export interface NetworkSignal {
  /** `false` is believed; `true` only means "perhaps": the service is probed. */
  isOnline(): boolean;
  /** Whether bytes cost money here, as the system sees it; null: it does not say. */
  isMetered(): boolean | null;
  /** Calls back when one of the answers may have changed; returns the way to stop. */
  onChange(listener: () => void): () => void;
}

export interface PowerSignal {
  onSuspend(listener: () => void): () => void;
  onResume(listener: () => void): () => void;
  /** False where the system does not say. */
  isOnBattery(): boolean;
  /** Calls back when `isOnBattery` may have changed; returns the way to stop. */
  onSupplyChange(listener: () => void): () => void;
  /** Asks the machine to stay awake; returns the way to let it sleep again. */
  stayAwake(reason: 'playing' | 'downloading'): () => void;
}

/** Raw key-value storage; `engine/` parses what comes out of it by the settings' schema. */
export interface SettingsStore {
  read(): unknown;
  write(settings: Record<string, unknown>): void;
}

export type LogFields = Record<string, string | number | boolean | null | undefined>;
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}
