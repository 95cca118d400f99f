import { expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../shared/units.ts';
import { createVirtualClock } from './virtual-clock.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

function setUp(rate?: number) {
  const machine = createFakeClock();
  return { machine, clock: createVirtualClock(machine, 2 * DAY_MS, rate), startMs: machine.now() };
}

it('starts beside the machine’s clock and goes on as that does', () => {
  const { machine, clock, startMs } = setUp();
  const before = clock.monotonic();
  machine.advance(HOUR_MS);
  expect(clock.now()).toBe(startMs + 2 * DAY_MS + HOUR_MS);
  expect(clock.monotonic() - before).toBe(HOUR_MS);
});

it('moves wall and monotonic clock by a step, only the wall clock by a setting or a sleep', () => {
  const { clock, startMs } = setUp();
  const before = clock.monotonic();
  clock.step(HOUR_MS);
  expect([clock.now() - startMs, clock.monotonic() - before]).toEqual([2 * DAY_MS + HOUR_MS, HOUR_MS]);
  clock.setWall(startMs - DAY_MS);
  expect([clock.now() - startMs, clock.monotonic() - before]).toEqual([-DAY_MS, HOUR_MS]);
  clock.suspend(8 * HOUR_MS);
  expect([clock.now() - startMs, clock.monotonic() - before]).toEqual([8 * HOUR_MS - DAY_MS, HOUR_MS]);
});

it('goes at a rate, or not at all, and takes no time back', () => {
  const { machine, clock } = setUp();
  const before = clock.monotonic();
  clock.setRate(60);
  machine.advance(MINUTE_MS);
  clock.setRate(0);
  machine.advance(DAY_MS);
  expect(clock.monotonic() - before).toBe(HOUR_MS);
  expect(() => clock.step(-1)).toThrow(RangeError);
  expect(() => clock.setRate(Number.NaN)).toThrow(RangeError);
});

it('wakes a sleeper when its own time has come, be it by a step', async () => {
  const { machine, clock } = setUp(0);
  const woken: string[] = [];
  void clock.sleep(HOUR_MS).then(() => woken.push('an hour'));
  void clock.sleep(2 * HOUR_MS).then(() => woken.push('two hours'));
  machine.advance(DAY_MS);
  await settle();
  expect(woken).toEqual([]);
  clock.step(HOUR_MS);
  await settle();
  expect(woken).toEqual(['an hour']);
  clock.suspend(DAY_MS);
  await settle();
  expect(woken).toEqual(['an hour']);
  clock.setRate(3600);
  await settle();
  machine.advance(SECOND_MS);
  await settle();
  expect(woken).toEqual(['an hour', 'two hours']);
});

it('gives the network its time, however fast it goes', async () => {
  const { machine, clock } = setUp(3600);
  let isOver = false;
  void clock.sleep(10 * SECOND_MS).then(() => (isOver = true));
  machine.advance(999);
  await settle();
  expect(isOver).toBe(false);
  machine.advance(1);
  await settle();
  expect(isOver).toBe(true);
});

it('lets go of a sleeper that is not needed any more, with its reason', async () => {
  const { clock, machine } = setUp(0);
  const stop = new AbortController();
  const asleep = clock.sleep(HOUR_MS, stop.signal);
  stop.abort(new Error('enough'));
  await expect(asleep).rejects.toThrow('enough');
  await expect(clock.sleep(HOUR_MS, stop.signal)).rejects.toThrow('enough');
  expect(machine.sleepers).toBe(0);
});

it('tells when it was moved by hand', () => {
  const { clock, startMs } = setUp();
  let moves = 0;
  const stop = clock.onChange(() => moves++);
  clock.step(1);
  clock.setWall(startMs);
  clock.setRate(60);
  stop();
  clock.step(1);
  expect(moves).toBe(3);
});
