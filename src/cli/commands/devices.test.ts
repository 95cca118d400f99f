import { expect, test } from 'vitest';
import type { DeviceView } from '../../shared/contract.ts';
import { deviceNamed } from './devices.ts';

const device = (deviceId: string, name: string): DeviceView => {
  return { deviceId, name, registeredAtMs: 0, lastSeenAtMs: 0, isThis: false, downloads: 0, titleNames: [] };
};
const devices = [device('a', 'Laptop'), device('b', 'Laptop'), device('Laptop-2', 'Living room')];

test('a device is named by its id, or by a name that no other has', () => {
  expect(deviceNamed(devices, 'b').deviceId).toBe('b');
  expect(deviceNamed(devices, 'Living room').deviceId).toBe('Laptop-2');
  expect(() => deviceNamed(devices, 'Laptop')).toThrow(/2 devices are called Laptop: give the id of one/);
  expect(() => deviceNamed(devices, 'nowhere')).toThrow(/no device of this account/);
});
