import type { ErrorValue } from '../../shared/errors.ts';

type Listener = (error: ErrorValue) => void;

/** Carries `playback-refused` from the one event stream to the player that it is about. */
export interface Refusals {
  tell(sessionId: string, error: ErrorValue): void;
  /** Returns the way to stop listening. */
  listen(sessionId: string, listener: Listener): () => void;
}

export function createRefusals(): Refusals {
  const listeners = new Map<string, Set<Listener>>();
  return {
    tell(sessionId, error) {
      for (const listener of listeners.get(sessionId) ?? []) listener(error);
    },
    listen(sessionId, listener) {
      const those = listeners.get(sessionId) ?? new Set();
      listeners.set(sessionId, those.add(listener));
      return () => {
        those.delete(listener);
        if (those.size === 0) listeners.delete(sessionId);
      };
    },
  };
}
