import type { Clock } from '../shared/platform.ts';
import type { Ms } from '../shared/units.ts';

/** Node fires a longer timer at once (it keeps the delay in 32 bits), so long sleeps are cut in pieces. */
const LONGEST_TIMER_MS: Ms = 2 ** 31 - 1;

/** The machine's clock. */
export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sleep: (ms, signal) => sleep(ms, signal),
  };
}

function sleep(ms: Ms, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(reasonOf(signal));
      return;
    }
    const endsAt = performance.now() + ms;
    let timer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const arm = () => {
      const leftMs = endsAt - performance.now();
      if (leftMs > LONGEST_TIMER_MS) {
        timer = setTimeout(arm, LONGEST_TIMER_MS);
        return;
      }
      timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.max(0, leftMs),
      );
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    arm();
  });
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
