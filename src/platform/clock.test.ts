import { expect, it } from 'vitest';
import { createSystemClock } from './clock.ts';

it('is the machine’s own', () => {
  const clock = createSystemClock();
  const before = Date.now();
  const now = clock.now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
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
