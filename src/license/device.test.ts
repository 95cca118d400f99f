import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFakeSecretBox } from '../../testing/fake-secret-box.ts';
import { sealContentKey } from '../../testing/license-issuer.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { modesDoNotBind, named, noFileModes } from '../../testing/systems.ts';
import { LayoverError } from '../shared/errors.ts';
import { openContentKey } from './claims.ts';
import { loadDevice } from './device.ts';

let folder: string;
let secrets: ReturnType<typeof createFakeSecretBox>;
const load = (more: Partial<Parameters<typeof loadDevice>[0]> = {}) =>
  loadDevice({ folder, secrets, random: (n) => randomBytes(n), log: createRecordingLog(), ...more });
const deviceFile = () => path.join(folder, 'device.json');

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'layover-device-'));
  secrets = createFakeSecretBox();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('is made once and stays the same', async () => {
  const first = await load();
  const second = await load();
  expect(first.notices).toEqual([]);
  expect(second.device.deviceId).toBe(first.device.deviceId);
  expect(second.device.publicKey).toEqual(first.device.publicKey);
  expect(Buffer.from(second.device.deviceSecret)).toEqual(Buffer.from(first.device.deviceSecret));
  expect(first.device.deviceSecret.byteLength).toBe(32);
  const contentKey = randomBytes(16);
  const opened = await openContentKey(
    await sealContentKey(contentKey, first.device.publicKey),
    second.device,
  );
  expect(Buffer.from(opened)).toEqual(contentKey);
});

test('no private part lies in the file', async () => {
  const { device } = await load();
  const text = await readFile(deviceFile(), 'utf8');
  expect(text).toContain(device.publicKey.x);
  expect(text).not.toContain(Buffer.from(device.deviceSecret).toString('base64url'));
  expect(text).not.toContain('"d"');
  await expect(crypto.subtle.exportKey('jwk', device.privateKey)).rejects.toThrow();
  expect(await readdir(folder)).toEqual(['device.json']);
});

test.skipIf(noFileModes)(named('only its owner may read the file', noFileModes), async () => {
  await load();
  expect((await stat(deviceFile())).mode & 0o077).toBe(0);
});

test('a keychain that lost its key: a new identity, the old file kept, a notice', async () => {
  const { device: old } = await load();
  const oldText = await readFile(deviceFile(), 'utf8');
  secrets.loseKey();
  const { device, notices } = await load();
  expect(notices.map(({ code }) => code)).toEqual(['device/secret-unreadable']);
  expect(device.deviceId).not.toBe(old.deviceId);
  expect(await readFile(`${deviceFile()}.unreadable-1`, 'utf8')).toBe(oldText);
  expect((await load()).device.deviceId).toBe(device.deviceId);
  expect((await load()).notices).toEqual([]);
  secrets.loseKey();
  await load();
  expect((await readdir(folder)).sort()).toEqual([
    'device.json',
    'device.json.unreadable-1',
    'device.json.unreadable-2',
  ]);
});

test.each(['', '{}', 'null', '{"version":2}', '\0\0\0'])('a damaged file (%j) is set aside', async (text) => {
  await writeFile(deviceFile(), text);
  const { notices } = await load();
  expect(notices.map(({ code }) => code)).toEqual(['device/secret-unreadable']);
  expect(await readFile(`${deviceFile()}.unreadable-1`, 'utf8')).toBe(text);
});

test('an edited public half is not believed: the sealed copy counts', async () => {
  const { device } = await load();
  const file = JSON.parse(await readFile(deviceFile(), 'utf8'));
  await writeFile(deviceFile(), JSON.stringify({ ...file, deviceId: 'somebody-else' }));
  expect((await load()).device.deviceId).toBe(device.deviceId);
});

test('a keychain that is only locked throws, and nothing is replaced', async () => {
  const { device } = await load();
  const locked = { ...secrets, open: () => Promise.reject(new LayoverError('internal')) };
  await expect(load({ secrets: locked })).rejects.toMatchObject({ code: 'internal' });
  expect((await load()).device.deviceId).toBe(device.deviceId);
});

test('a leftover of a crash in mid-write does not matter', async () => {
  await writeFile(`${deviceFile()}.tmp`, 'half');
  expect((await load()).notices).toEqual([]);
  expect(await readdir(folder)).toEqual(['device.json']);
});

test('a folder that cannot be used is a clear error', async () => {
  const inTheWay = path.join(folder, 'file');
  await writeFile(inTheWay, '');
  await expect(load({ folder: path.join(inTheWay, 'sub') })).rejects.toMatchObject({
    code: 'database/unwritable',
  });
});

test.skipIf(modesDoNotBind)(named('a read-only folder is a clear error', modesDoNotBind), async () => {
  await chmod(folder, 0o500);
  await expect(load()).rejects.toMatchObject({ code: 'database/unwritable' });
  await chmod(folder, 0o700);
});

test('a lost identity is named until its secret is taken over, and that is for good', async () => {
  const { device: old } = await load();
  const oldSecret = Uint8Array.from(old.deviceSecret);
  secrets.loseKey();
  const loaded = await load();
  expect(loaded.lost).toEqual([old.deviceId]);
  expect((await load()).lost).toEqual([old.deviceId]);
  const { deviceSecret } = loaded.device;
  await loaded.adopt(old.deviceId, oldSecret);
  expect(Uint8Array.from(deviceSecret)).toEqual(oldSecret);
  expect(loaded.lost).toEqual([]);
  const again = await load();
  expect(again.lost).toEqual([]);
  expect(again.notices).toEqual([]);
  expect(again.device.deviceId).toBe(loaded.device.deviceId);
  expect(Uint8Array.from(again.device.deviceSecret)).toEqual(oldSecret);
  expect(await readFile(deviceFile(), 'utf8')).not.toContain(Buffer.from(oldSecret).toString('base64url'));
});

test('a keychain that comes back brings its identity back, unless that was recovered meanwhile', async () => {
  const first = createFakeSecretBox();
  const second = createFakeSecretBox();
  const { device: old } = await load({ secrets: first });
  const { device: interim } = await load({ secrets: second });
  expect(interim.deviceId).not.toBe(old.deviceId);
  const back = await load({ secrets: first });
  expect(back.device.deviceId).toBe(old.deviceId);
  expect(back.notices).toEqual([]);
  expect(back.lost).toEqual([interim.deviceId]);

  const { device: third, adopt, notices } = await load({ secrets: createFakeSecretBox() });
  expect(notices).toHaveLength(1);
  await adopt(old.deviceId, old.deviceSecret);
  const retired = await load({ secrets: first });
  expect([old.deviceId, third.deviceId]).not.toContain(retired.device.deviceId);
});

test('files set aside that are no identities are passed over', async () => {
  await load();
  await writeFile(`${deviceFile()}.unreadable-1`, 'nonsense');
  await writeFile(`${deviceFile()}.unreadable-x`, '{}');
  expect((await load()).lost).toEqual([]);
});
