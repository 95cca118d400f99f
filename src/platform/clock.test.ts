import { expect, it } from 'vitest';
import { DAY_MS } from '../shared/units.ts';
import { createSystemClock } from './clock.ts';

it('moves the wall clock by the offset and leaves the monotonic one', () => {
  const clock = createSystemClock(30 * DAY_MS);
  const before = Date.now();
  const now = clock.now();
  expect(now - before).toBeGreaterThanOrEqual(30 * DAY_MS);
  expect(now - Date.now()).toBeLessThanOrEqual(30 * DAY_MS);
  expect(clock.monotonic()).toBeLessThanOrEqual(performance.now());
});

it('rejects a sleep with the reason of its signal, before and during', async () => {
  const clock = createSystemClock();
  const reason = new Error('stopped');
  await expect(clock.sleep(1e9, AbortSignal.abort(reason))).rejects.toBe(reason);
  const aborter = new AbortController();
  const sleeping = clock.sleep(1e9, aborter.signal);
  aborter.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
});

it('does not take a sleep longer than Node’s timers for none', async () => {
  const aborter = new AbortController();
  let ended = false;
  const sleeping = createSystemClock()
    .sleep(2 ** 40, aborter.signal)
    .then(
      () => (ended = true),
      () => undefined,
    );
  await createSystemClock().sleep(0);
  await createSystemClock().sleep(5);
  expect(ended).toBe(false);
  aborter.abort();
  await sleeping;
});
