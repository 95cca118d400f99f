import type { Clock, PowerSignal } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import type { Store } from './types.ts';

/** A drive that was unplugged or plugged in is noticed within so long. */
const LOOK_EVERY_MS: Ms = 3 * SECOND_MS;
/** On battery, while it is there; whoever plugs one in waits for it. */
const SELDOM_MS: Ms = 15 * SECOND_MS;

/** Whether the drive that the store lies on is there. The only one who watches it. */
export interface Presence {
  /** As it was seen last; true before the first look. */
  readonly isPresent: boolean;
  /** Looks now: somebody needs to know. Rejects as `Store.isPresent`; once stopped, as it was seen last. */
  look(): Promise<boolean>;
  /** Looks now, for whoever has reason to believe that it is away or back. */
  doubt(): void;
  /** Calls back when it went away or came back; returns the way to stop. */
  onChange(listener: (isPresent: boolean) => void): () => void;
  /** Looks now, and again and again until `stop`. */
  start(): void;
  /** For good. Resolves when nothing asks the store any more. */
  stop(): Promise<void>;
}

export function createPresence(
  store: Pick<Store, 'isPresent'>,
  clock: Clock,
  power: Pick<PowerSignal, 'isOnBattery'>,
): Presence {
  const listeners = new Set<(isPresent: boolean) => void>();
  let isPresent = true;
  const ending = new AbortController();
  const looks = new Set<Promise<boolean>>();
  let isWatching = false;
  /** Looks may overtake each other: the answer of one that began before another's is no news. */
  let begun = 0;
  let answered = 0;

  async function ask(): Promise<boolean> {
    const number = (begun += 1);
    const now = await store.isPresent();
    if (number < answered) return isPresent;
    answered = number;
    if (now !== isPresent) {
      isPresent = now;
      for (const listener of [...listeners]) listener(now);
    }
    return now;
  }

  async function look(): Promise<boolean> {
    if (ending.signal.aborted) return isPresent;
    const asked = ask();
    looks.add(asked);
    return asked.finally(() => looks.delete(asked));
  }
  // What cannot be told now may be told the next time.
  const doubt = () => void look().catch(() => undefined);

  async function watch(): Promise<void> {
    while (!ending.signal.aborted) {
      await look().catch(() => undefined);
      await clock.sleep(isPresent && power.isOnBattery() ? SELDOM_MS : LOOK_EVERY_MS, ending.signal);
    }
  }

  return {
    get isPresent() {
      return isPresent;
    },
    look,
    doubt,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      if (isWatching) return;
      isWatching = true;
      // Its sleep ends so when it is stopped.
      watch().catch(() => undefined);
    },
    async stop() {
      ending.abort();
      await Promise.allSettled(looks);
    },
  };
}
