import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PowerSignal } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';
import { runBriefly } from './metered.ts';
import type { Run } from './metered.ts';
import { every, watched } from './poll.ts';
import type { Poll } from './poll.ts';

export interface SupplySources {
  readonly platform?: NodeJS.Platform;
  /** As Linux shows its supplies (Documentation/ABI/testing/sysfs-class-power). */
  readonly folder?: string;
  readonly run?: Run;
  readonly poll?: Poll;
}

/** Whether the machine runs on its battery; false where it does not say (Windows tells only native code). */
export function createSupplySignal({
  platform = process.platform,
  folder = '/sys/class/power_supply',
  run = runBriefly,
  poll = every(15 * SECOND_MS),
}: SupplySources = {}): Pick<PowerSignal, 'isOnBattery' | 'onSupplyChange'> {
  const ask = {
    linux: () => isDischarging(folder),
    darwin: async () => (await run('pmset', ['-g', 'batt'])).includes("'Battery Power'"),
  }[platform as string];
  if (!ask) return { isOnBattery: () => false, onSupplyChange: () => () => undefined };
  const onBattery = watched(false, ask);
  void onBattery.refresh();
  return {
    isOnBattery: () => onBattery.current,
    onSupplyChange(listener) {
      let last = onBattery.current;
      let isStopped = false;
      const look = () =>
        void onBattery.refresh().then(() => {
          if (isStopped || onBattery.current === last) return;
          last = onBattery.current;
          listener();
        });
      look();
      const stop = poll(look);
      return () => {
        isStopped = true;
        stop();
      };
    },
  };
}

/** No supply delivers, and the machine's own battery (not a mouse's) gives. */
async function isDischarging(folder: string): Promise<boolean> {
  const read = (...names: string[]) =>
    readFile(path.join(folder, ...names), 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
  let gives = false;
  for (const name of await readdir(folder)) {
    const type = await read(name, 'type');
    if (type !== 'Battery') {
      if ((await read(name, 'online')) === '1') return false;
    } else if ((await read(name, 'scope')) !== 'Device') {
      gives ||= (await read(name, 'status')) === 'Discharging';
    }
  }
  return gives;
}
