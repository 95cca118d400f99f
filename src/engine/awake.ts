import type { PowerSignal } from '../shared/platform.ts';

/** Keeps the machine awake while something goes on, and not a moment longer. */
export function createAwake(power: PowerSignal, reason: 'playing' | 'downloading') {
  let letSleep: (() => void) | undefined;
  return (busy: boolean): void => {
    if (busy) letSleep ??= power.stayAwake(reason);
    else {
      letSleep?.();
      letSleep = undefined;
    }
  };
}
