import type { Ms } from '../shared/units.ts';

/** Calls back every now and then; returns the way to stop. */
export type Poll = (listener: () => void) => () => void;

/** Never keeps the process alive. */
export function every(ms: Ms): Poll {
  return (listener) => {
    const timer = setInterval(listener, ms);
    timer.unref();
    return () => clearInterval(timer);
  };
}

/** An answer that takes a while to get: asked for in the background, told from what was heard last. */
export interface Watched<T> {
  readonly current: T;
  /** Asks; never throws. Calls during a question share one more: that one may have been asked too early. */
  refresh(): Promise<void>;
}

/** `ask` may fail: then what was known stays. */
export function watched<T>(first: T, ask: () => Promise<T>): Watched<T> {
  let current = first;
  let asking: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  function begin(): Promise<void> {
    next = undefined;
    asking = ask()
      .then(
        (answer) => void (current = answer),
        () => undefined,
      )
      .finally(() => {
        if (!next) asking = undefined;
      });
    return asking;
  }

  return {
    get current() {
      return current;
    },
    refresh: () => (asking ? (next ??= asking.then(begin)) : begin()),
  };
}
