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
  /** Looks now: somebody needs to know, or has reason to believe that it is away or back. */
  look(): Promise<boolean>;
  /** Calls back when it went away or came back; returns the way to stop. */
  onChange(listener: (isPresent: boolean) => void): () => void;
  /** Looks now, and again and again until `stop`. */
  start(): void;
  stop(): void;
}

export function createPresence(
  store: Pick<Store, 'isPresent'>,
  clock: Clock,
  power: Pick<PowerSignal, 'isOnBattery'>,
): Presence {
  const listeners = new Set<(isPresent: boolean) => void>();
  let isPresent = true;
  let watching: AbortController | undefined;
  /** Looks may overtake each other: the answer of one that began before another's is no news. */
  let begun = 0;
  let answered = 0;

  async function look(): Promise<boolean> {
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

  async function watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await look();
      await clock.sleep(isPresent && power.isOnBattery() ? SELDOM_MS : LOOK_EVERY_MS, signal);
    }
  }

  return {
    get isPresent() {
      return isPresent;
    },
    look,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      if (watching) return;
      watching = new AbortController();
      // The store says so itself: what cannot be read is no failure. It ends when it is stopped.
      watch(watching.signal).catch(() => undefined);
    },
    stop() {
      watching?.abort();
      watching = undefined;
    },
  };
}
