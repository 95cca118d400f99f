import { expect, onTestFinished, test } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.ts';
import { createFakePower } from '../../testing/fake-power.ts';
import { turn } from '../../testing/until.ts';
import { SECOND_MS } from '../shared/units.ts';
import { createPresence } from './presence.ts';

function world() {
  const clock = createFakeClock();
  const power = createFakePower();
  const w = { isPresent: true, looks: 0, error: undefined as Error | undefined };
  const store = {
    isPresent: async () => {
      w.looks += 1;
      if (w.error) throw w.error;
      return w.isPresent;
    },
  };
  const presence = createPresence(store, clock, power);
  onTestFinished(() => presence.stop());
  const told: boolean[] = [];
  presence.onChange((isPresent) => told.push(isPresent));
  const pass = async (seconds: number) => {
    await turn();
    for (let passed = 0; passed < seconds; passed += 1) {
      clock.advance(SECOND_MS);
      for (let turns = 0; turns < 3; turns += 1) await turn();
    }
  };
  return { w, clock, power, presence, told, pass };
}

test('a drive that goes and one that comes back are told once each, within three seconds', async () => {
  const { w, presence, told, pass } = world();
  presence.start();
  await pass(10);
  expect(told).toEqual([]);
  w.isPresent = false;
  await pass(3);
  expect(told).toEqual([false]);
  expect(presence.isPresent).toBe(false);
  await pass(30);
  w.isPresent = true;
  await pass(3);
  expect(told).toEqual([false, true]);
});

test('on battery it is looked for seldom while it is there, and as often as ever while it is away', async () => {
  const { w, power, presence, told, pass } = world();
  power.setOnBattery(true);
  presence.start();
  await pass(0);
  w.looks = 0;
  await pass(60);
  expect(w.looks).toBe(4);
  w.isPresent = false;
  await presence.look();
  w.isPresent = true;
  await pass(15);
  expect(told).toEqual([false, true]);
  w.isPresent = false;
  await pass(15);
  w.looks = 0;
  await pass(30);
  expect(w.looks).toBe(10);
});

test('whoever asks gets an answer of now, and all others hear of it; no second watch begins', async () => {
  const { w, presence, told, pass } = world();
  presence.start();
  presence.start();
  await pass(0);
  expect(w.looks).toBe(1);
  await pass(30);
  expect(w.looks).toBe(11);
  w.isPresent = false;
  expect(await presence.look()).toBe(false);
  expect(told).toEqual([false]);
});

test('a look that another overtook changes nothing', async () => {
  const answers: ((isPresent: boolean) => void)[] = [];
  const store = { isPresent: () => new Promise<boolean>((resolve) => answers.push(resolve)) };
  const presence = createPresence(store, createFakeClock(), createFakePower());
  const told: boolean[] = [];
  presence.onChange((isPresent) => told.push(isPresent));
  const looks = [presence.look(), presence.look(), presence.look()];
  answers[1]?.(false);
  await looks[1];
  answers[0]?.(true);
  expect(await looks[0]).toBe(false);
  answers[2]?.(true);
  await looks[2];
  expect(told).toEqual([false, true]);
});

test('stopped, it asks the store no more, and whoever asked has been answered', async () => {
  const { w, presence, pass } = world();
  presence.start();
  await pass(3);
  const asked = presence.look();
  await presence.stop();
  expect(await asked).toBe(true);
  w.looks = 0;
  w.isPresent = false;
  presence.doubt();
  expect(await presence.look()).toBe(true);
  await pass(30);
  expect(w.looks).toBe(0);
});

test('a store that cannot say so now is asked again', async () => {
  const { w, presence, told, pass } = world();
  w.error = new Error('the database is busy');
  presence.start();
  presence.doubt();
  await expect(presence.look()).rejects.toThrow('busy');
  await pass(6);
  w.error = undefined;
  w.isPresent = false;
  await pass(3);
  expect(told).toEqual([false]);
});
