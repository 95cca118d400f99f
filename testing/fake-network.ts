import type { NetworkSignal } from '../src/shared/platform.ts';

export interface FakeNetwork extends NetworkSignal {
  /** Tells every listener, as a system does, even if nothing changed. */
  set(isOnline: boolean): void;
  setMetered(isMetered: boolean | null): void;
}

/** A network signal that says what a test tells it to. */
export function createFakeNetwork(isOnline = true): FakeNetwork {
  const listeners = new Set<() => void>();
  let isMetered: boolean | null = null;
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  return {
    isOnline: () => isOnline,
    isMetered: () => isMetered,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(now) {
      isOnline = now;
      tell();
    },
    setMetered(now) {
      isMetered = now;
      tell();
    },
  };
}
