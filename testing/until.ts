import type { FakeClock } from './fake-clock.ts';
import type { Ms } from '../src/shared/units.ts';

/** One turn of the event loop: promises settle, sockets deliver what has come. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits, over turns of the event loop, until something is so: never for time. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** Lets a fake clock's time pass, a step at a turn, until something is so. */
export async function passTimeUntil(
  clock: FakeClock,
  condition: () => boolean,
  stepMs: Ms = 100,
): Promise<void> {
  while (!condition()) {
    await turn();
    clock.advance(stepMs);
  }
}

/** Waits until what `look` tells is the same for so many turns on end: whatever was under way has come to rest. */
export async function rest(look: () => unknown, count = 100): Promise<void> {
  for (let before = JSON.stringify(look()), quiet = 0; quiet < count; quiet += 1) {
    await turn();
    const now = JSON.stringify(look());
    if (now !== before) [before, quiet] = [now, 0];
  }
}

/** Gives everybody so many turns: for what must not happen. */
export async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1) await turn();
}
