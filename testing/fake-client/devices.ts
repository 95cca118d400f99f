import type { Client, DeviceView } from '../../src/shared/contract.ts';
import { DAY_MS } from '../../src/shared/units.ts';
import { requireOnline } from './world.ts';
import type { World } from './world.ts';

/** This computer and two others; what is removed is gone. */
export function deviceProcedures(world: World): Client['devices'] {
  const other = (name: string, daysAgo: number, titleNames: string[]): DeviceView => ({
    deviceId: `device-${name.replaceAll(/\W/g, '-').toLowerCase()}`,
    name,
    registeredAtMs: world.now() - 200 * DAY_MS,
    lastSeenAtMs: world.now() - daysAgo * DAY_MS,
    isThis: false,
    downloads: titleNames.length,
    titleNames,
  });
  let devices = [
    { ...other('This laptop', 0, ['Gate Forty', 'Night Cargo']), isThis: true },
    other('Living room', 3, ['Cold Front']),
    other('Old notebook', 90, []),
  ];
  return {
    list: async () => {
      requireOnline(world);
      return devices;
    },
    remove: async ({ deviceId }) => {
      requireOnline(world);
      devices = devices.filter((device) => device.deviceId !== deviceId);
      return devices;
    },
  };
}

/** A clock that is right, and was heard to be. */
export function licenseProcedures(world: World): Client['licenses'] {
  const clock = async () => {
    const nowMs = world.now();
    return { nowMs, machineMs: nowMs, driftMs: 0, lastHeardAtMs: nowMs, state: 'agrees' as const };
  };
  return {
    clock,
    checkIn: async () => {
      requireOnline(world);
      return clock();
    },
  };
}
