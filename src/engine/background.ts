import { asLayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';

export type Background = ReturnType<typeof createBackground>;

/**
 * Work that nobody waits for, except the end: what it still has under way must be over before the database is
 * closed. A failure is noted and goes no further: each of these comes again by itself.
 */
export function createBackground(log: Log) {
  const ending = new AbortController();
  const running = new Set<Promise<void>>();
  return {
    /** Aborts when the engine ends. */
    signal: ending.signal,
    run(name: string, work: () => Promise<unknown>): void {
      if (ending.signal.aborted) return;
      const done = work()
        .then(
          () => undefined,
          (thrown: unknown) => {
            if (!ending.signal.aborted)
              log.warn('background.failed', { name, code: asLayoverError(thrown).code });
          },
        )
        .finally(() => running.delete(done));
      running.add(done);
    },
    async end(): Promise<void> {
      ending.abort();
      while (running.size > 0) await Promise.all(running);
    },
  };
}
