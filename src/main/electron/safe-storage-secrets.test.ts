import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { safeStorage } from 'electron';
import { beforeEach, expect, it } from 'vitest';
import { becomeReady, resetElectron } from '../../../testing/fake-electron/control.ts';
import type { FakeState } from '../../../testing/fake-electron/state.ts';
import { createRecordingLog } from '../../../testing/recording-log.ts';
import { temporaryFolder } from '../../../testing/temporary-folder.ts';
import { createSafeStorageBox } from './safe-storage-secrets.ts';

let folder: string;
let state: FakeState;
const box = (platform: NodeJS.Platform = 'linux') =>
  createSafeStorageBox({ safeStorage, folder, platform, log: createRecordingLog() });
const secret = Buffer.from('device private key');
const keyFile = () => readFileSync(path.join(folder, 'secret.key.sealed'));

beforeEach(() => {
  folder = temporaryFolder();
  state = resetElectron(folder);
  becomeReady();
});

it('opens after a restart what it sealed; the key lies there only sealed', async () => {
  const sealed = await box().seal(secret);
  expect(Buffer.from(await box().open(sealed))).toEqual(secret);
  expect(readdirSync(folder)).toEqual(['secret.key.sealed']);
  expect(await box().protection()).toBe('os');
});

it('calls an unprotected keychain what it is, though Electron calls it available', async () => {
  state.linuxBackend = 'basic_text';
  expect(await box().protection()).toBe('file');
  state.linuxBackend = 'gnome_libsecret';
  state.keychainTag = 'v10';
  expect(await box().protection()).toBe('file');
  expect(await box('darwin').protection()).toBe('os');
  state.keychainTag = 'v12';
  expect(await box().protection()).toBe('os');
});

it('seals its key anew when Electron asks for that', async () => {
  const sealed = await box().seal(secret);
  const before = keyFile();
  state.shouldReEncrypt = true;
  expect(Buffer.from(await box().open(sealed))).toEqual(secret);
  expect(keyFile()).not.toEqual(before);
  state.shouldReEncrypt = false;
  expect(Buffer.from(await box().open(sealed))).toEqual(secret);
});

it('tells a locked keychain from a lost one, and loses nothing by waiting', async () => {
  const sealed = await box().seal(secret);
  const before = keyFile();
  for (const keychain of ['locked', 'absent'] as const) {
    state.keychain = keychain;
    await expect(box().open(sealed)).rejects.toMatchObject({ code: 'device/keychain-locked' });
  }
  state.keychain = 'locked';
  await expect(box().seal(secret)).rejects.toMatchObject({ code: 'device/keychain-locked' });
  state.keychain = 'open';
  expect(keyFile()).toEqual(before);
  expect(Buffer.from(await box().open(sealed))).toEqual(secret);
});

it('goes on with a new key when the keychain has lost the old one, and keeps the old file', async () => {
  const sealed = await box().seal(secret);
  state.keychainKey = 0x11;
  await expect(box().open(sealed)).rejects.toMatchObject({ code: 'device/secret-unreadable' });
  const again = await box().seal(secret);
  expect(Buffer.from(await box().open(again))).toEqual(secret);
  expect(readdirSync(folder).some((name) => name.endsWith('.unusable'))).toBe(true);
});

it('falls back to a key file where there is no keychain, and says so', async () => {
  state.keychain = 'absent';
  expect(await box().protection()).toBe('file');
  expect(Buffer.from(await box().open(await box().seal(secret)))).toEqual(secret);
});
