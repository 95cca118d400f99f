import type { EngineEvent } from '../shared/contract.ts';

export type EventBus = ReturnType<typeof createEventBus>;

/** A listener this far behind has gone to sleep: it is cut off and asks for everything again when it wakes. */
const MOST_WAITING = 1_000;

interface Listener {
  readonly queue: EngineEvent[];
  wake: () => void;
  ended: boolean;
}

/** Tells every listener what happened, each at its own pace. */
export function createEventBus() {
  const listeners = new Set<Listener>();

  return {
    emit(event: EngineEvent): void {
      for (const listener of listeners) {
        listener.queue.push(event);
        if (listener.queue.length > MOST_WAITING) end(listener);
        else listener.wake();
      }
    },

    /**
     * Events from this call on, also those before the first is asked for, until the signal aborts, the caller
     * returns, or the bus closes.
     */
    listen(signal?: AbortSignal): AsyncGenerator<EngineEvent, void, void> {
      const listener: Listener = { queue: [], wake: () => {}, ended: signal?.aborted ?? false };
      if (!listener.ended) listeners.add(listener);
      signal?.addEventListener('abort', () => end(listener), { once: true });
      return eventsOf(listener);
    },

    close(): void {
      for (const listener of listeners) end(listener);
    },
  };

  function end(listener: Listener): void {
    listeners.delete(listener);
    listener.ended = true;
    listener.wake();
  }

  async function* eventsOf(listener: Listener): AsyncGenerator<EngineEvent, void, void> {
    try {
      while (!listener.ended) {
        const event = listener.queue.shift();
        if (event) yield event;
        else await new Promise<void>((resolve) => (listener.wake = resolve));
      }
    } finally {
      end(listener);
    }
  }
}
