import { expect, it } from 'vitest';
import { readMachineId } from './machine-id.ts';

const says = (text: string) => async () => text;

it('reads what macOS and Windows call the machine', async () => {
  const ioreg = '  |   "IOPlatformSerialNumber" = "C02"\n  |   "IOPlatformUUID" = "0F1E-22"\n';
  expect(await readMachineId('darwin', says(ioreg))).toBe('0F1E-22');
  const reg = '\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\r\n    MachineGuid    REG_SZ    a1b2-c3\r\n';
  expect(await readMachineId('win32', says(reg))).toBe('a1b2-c3');
});

it('is empty where nobody says it', async () => {
  const fails = () => Promise.reject(new Error('ENOENT'));
  expect(await readMachineId('darwin', fails)).toBe('');
  expect(await readMachineId('win32', says('nothing of the kind'))).toBe('');
  expect(await readMachineId('freebsd', fails)).toBe('');
});
