import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bootNameOf, createSystemClock, sleptOf, uptimeOf } from './clock.ts';

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

it.each(['linux', 'win32'] as const)(
  'knows on %s how long the machine slept, and takes no rounding for it',
  (platform) => {
    let [awakeMs, uptimeMs] = [5_000, 90_000_000];
    const slept = sleptOf({
      platform,
      awakeMs: () => awakeMs,
      uptimeMs: () => Math.floor(uptimeMs / 1000) * 1000,
    });
    for (let n = 0; n < 100; n += 1) {
      awakeMs += 1_234;
      uptimeMs += 1_234;
      expect(slept?.()).toBe(0);
    }
    const hours = 9 * 3_600_000;
    uptimeMs += hours;
    awakeMs += 2_000;
    uptimeMs += 2_000;
    const known = slept?.() ?? 0;
    expect(Math.abs(known - hours)).toBeLessThanOrEqual(1_000);
    awakeMs += 60_000;
    uptimeMs += 60_000;
    expect(slept?.()).toBe(known);
  },
);

it('does not ask macOS, which makes it of the clock that anybody sets', () => {
  expect(sleptOf({ platform: 'darwin', awakeMs: () => 0, uptimeMs: () => 0 })).toBeUndefined();
});

it.skipIf(process.platform !== 'linux')('has not slept while this test ran', () => {
  expect(createSystemClock().slept?.()).toBe(0);
});

const names = { read: () => 'b-1\n', link: (file: string) => `${file.slice(14)}:[1]`, hostname: () => 'den' };
it('names the run of the machine and, in a container, whose count it is', () => {
  expect(bootNameOf({ ...names, platform: 'linux' })).toBe('b-1 time:[1] pid:[1]');
  expect(bootNameOf({ ...names, platform: 'win32' })).toBe('win32 den');
  expect(bootNameOf({ ...names, platform: 'darwin' })).toBeUndefined();
  const hidden = () => {
    throw new Error('EACCES');
  };
  expect(bootNameOf({ ...names, read: hidden, platform: 'linux' })).toBeUndefined();
  expect(bootNameOf({ ...names, link: hidden, platform: 'linux' })).toBeUndefined();
  expect(uptimeOf('den', () => 1_234.56)?.()).toEqual({ boot: 'den', ms: 1_235 });
});

it.skipIf(process.platform !== 'linux')(
  'is the same run for every clock of this machine, and goes on',
  () => {
    const [first, second] = [createSystemClock().uptime?.(), createSystemClock().uptime?.()];
    expect(first?.boot).toContain(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    expect(second?.boot).toBe(first?.boot);
    expect(second?.ms).toBeGreaterThanOrEqual(first?.ms ?? Infinity);
  },
);
