import type { Clock } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Store } from '../store/types.ts';

const LOOK_EVERY_MS = 5 * SECOND_MS;

/** Whether the drive that downloads lie on is there, as it was seen last. */
export interface Presence {
  readonly isPresent: boolean;
  /** Looks now, and then again and again for as long as it is away. */
  look(): void;
  stop(): void;
}

export function createPresence(
  store: Pick<Store, 'isPresent'>,
  clock: Clock,
  onChange: () => void,
): Presence {
  let isPresent = true;
  let looking: AbortController | undefined;

  async function lookUntilThere(signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = await store.isPresent();
      if (signal.aborted) return;
      if (now !== isPresent) {
        isPresent = now;
        onChange();
      }
      if (now) return;
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  return {
    get isPresent() {
      return isPresent;
    },
    look() {
      looking?.abort();
      looking = new AbortController();
      lookUntilThere(looking.signal).catch(() => undefined);
    },
    stop: () => looking?.abort(),
  };
}
