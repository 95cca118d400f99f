import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { turns, until } from '../../testing/until.ts';
import { createSupplySignal } from './supply.ts';

type Supplies = Record<string, Record<string, string>>;
const mains = (online: string) => ({ type: 'Mains', online });
const battery = (status: string) => ({ type: 'Battery', status, scope: 'System' });
const mouse = { type: 'Battery', status: 'Discharging', scope: 'Device' };

/** A folder as /sys/class/power_supply has it. */
function write(folder: string, supplies: Supplies): void {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder);
  for (const [name, files] of Object.entries(supplies)) {
    fs.mkdirSync(path.join(folder, name));
    for (const [file, text] of Object.entries(files))
      fs.writeFileSync(path.join(folder, name, file), `${text}\n`);
  }
}

/** A signal that is asked when the test says so, and what it has told. */
function listenTo(sources: Parameters<typeof createSupplySignal>[0]) {
  const world = { ticks: [] as (() => void)[], told: 0, stopped: 0 };
  const signal = createSupplySignal({
    ...sources,
    poll: (listener) => {
      world.ticks.push(listener);
      return () => (world.stopped += 1);
    },
  });
  const stop = signal.onSupplyChange(() => (world.told += 1));
  return { ...signal, world, stop, tick: () => world.ticks.forEach((one) => one()) };
}

it.each<[string, Supplies, boolean]>([
  ['a desktop', {}, false],
  ['a desktop with a mouse', { hid: mouse }, false],
  ['a laptop on its charger', { AC: mains('1'), BAT0: battery('Charging') }, false],
  ['a laptop on its charger that is full', { AC: mains('1'), BAT0: battery('Not charging') }, false],
  ['a laptop on its battery', { AC: mains('0'), BAT0: battery('Discharging') }, true],
  ['two batteries, one in use', { BAT0: battery('Full'), BAT1: battery('Discharging') }, true],
  ['a laptop on USB-C', { ucsi: { type: 'USB', online: '1' }, BAT0: battery('Discharging') }, false],
])('%s', async (_what, supplies, expected) => {
  const folder = path.join(temporaryFolder(), 'supplies');
  write(folder, { BAT0: battery(expected ? 'Charging' : 'Discharging') });
  const signal = listenTo({ platform: 'linux', folder });
  await until(() => signal.isOnBattery() === !expected && signal.world.told === (expected ? 0 : 1));
  write(folder, supplies);
  signal.tick();
  await until(() => signal.isOnBattery() === expected);
  await until(() => signal.world.told === (expected ? 1 : 2));
  signal.stop();
  expect(signal.world.stopped).toBe(1);
});

it('macOS says what it draws from', async () => {
  let source = 'AC Power';
  const signal = listenTo({
    platform: 'darwin',
    run: async (program) => (program === 'pmset' ? `Now drawing from '${source}'\n -InternalBattery-0` : ''),
  });
  expect(signal.isOnBattery()).toBe(false);
  source = 'Battery Power';
  signal.tick();
  signal.tick();
  await until(() => signal.isOnBattery());
  await until(() => signal.world.told > 0);
  await turns(5);
  expect(signal.world.told).toBe(1);
});

it('where the system does not say, it is not on battery', async () => {
  const missing = listenTo({ platform: 'linux', folder: path.join(temporaryFolder(), 'none') });
  missing.tick();
  expect(missing.isOnBattery()).toBe(false);
  expect(createSupplySignal({ platform: 'win32' }).isOnBattery()).toBe(false);
});
