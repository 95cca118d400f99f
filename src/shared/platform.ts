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
  /** Resolves after a time, or at once (rejecting with the signal's reason) when aborted. */
  sleep(ms: Ms, signal?: AbortSignal): Promise<void>;
}

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
