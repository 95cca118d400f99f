/** One source, any number of readers; each reader gets what is emitted while it reads. */
export function eventStream<Event>() {
  const readers = new Set<(event: Event | undefined) => void>();
  return {
    emit(event: Event): void {
      for (const tell of readers) tell(event);
    },
    /** Ends when the signal aborts. */
    async *open(signal?: AbortSignal): AsyncGenerator<Event, void, void> {
      const waiting: (Event | undefined)[] = [];
      let wake = () => {};
      const tell = (event: Event | undefined) => {
        waiting.push(event);
        wake();
      };
      readers.add(tell);
      const stop = () => tell(undefined);
      signal?.addEventListener('abort', stop);
      try {
        while (!signal?.aborted) {
          const event = waiting.shift();
          if (event) yield event;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        readers.delete(tell);
        signal?.removeEventListener('abort', stop);
      }
    },
  };
}
