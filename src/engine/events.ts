import type { EngineEvent } from '../shared/contract.ts';

export type EventBus = ReturnType<typeof createEventBus>;

/** A listener this far behind has gone to sleep: it is cut off and asks for everything again when it wakes. */
const MOST_WAITING = 1_000;

/** Tells every listener what happened, each at its own pace. */
export function createEventBus() {
  const listeners = new Set<{ queue: EngineEvent[]; wake: () => void; ended: boolean }>();

  return {
    emit(event: EngineEvent): void {
      for (const listener of listeners) {
        listener.queue.push(event);
        if (listener.queue.length > MOST_WAITING) listener.ended = true;
        listener.wake();
      }
    },

    /** Events from now on, until the signal aborts, the caller returns, or the bus closes. */
    async *listen(signal?: AbortSignal): AsyncGenerator<EngineEvent, void, void> {
      const listener = { queue: [] as EngineEvent[], wake: () => {}, ended: false };
      const end = () => {
        listener.ended = true;
        listener.wake();
      };
      listeners.add(listener);
      signal?.addEventListener('abort', end);
      try {
        while (!listener.ended && !signal?.aborted) {
          const event = listener.queue.shift();
          if (event) yield event;
          else await new Promise<void>((resolve) => (listener.wake = resolve));
        }
      } finally {
        listeners.delete(listener);
        signal?.removeEventListener('abort', end);
      }
    },

    close(): void {
      for (const listener of listeners) {
        listener.ended = true;
        listener.wake();
      }
    },
  };
}
