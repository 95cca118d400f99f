import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { named, noFileModes } from '../../testing/systems.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { createFileSecretBox } from './file-secrets.ts';

let folder: string;
const secret = Buffer.from('refresh-token-of-ana');
const box = () => createFileSecretBox(folder, createRecordingLog());
beforeEach(async () => {
  folder = temporaryFolder();
});

it('opens after a restart what it sealed, and says that only a file protects it', async () => {
  const sealed = await box().seal(secret);
  expect(Buffer.from(sealed).includes(secret)).toBe(false);
  expect(Buffer.from(await box().open(sealed))).toEqual(secret);
  expect(await box().protection()).toBe('file');
  expect(await readdir(folder)).toEqual(['secret.key']);
});

it.skipIf(noFileModes)(named('keeps the key readable by its owner alone', noFileModes), async () => {
  const sealed = await box().seal(secret);
  const file = path.join(folder, 'secret.key');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await chmod(file, 0o644);
  await box().open(sealed);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('refuses what was changed, cut short, or sealed elsewhere', async () => {
  const sealed = await box().seal(secret);
  const changed = Buffer.from(sealed);
  changed[changed.length - 1]! ^= 1;
  for (const wrong of [changed, sealed.subarray(0, 20), new Uint8Array(0)])
    await expect(box().open(wrong)).rejects.toMatchObject({ code: 'device/secret-unreadable' });
  folder = temporaryFolder();
  await expect(box().open(sealed)).rejects.toMatchObject({ code: 'device/secret-unreadable' });
});

it('sets a damaged key aside, says so, and goes on with a new one', async () => {
  await writeFile(path.join(folder, 'secret.key'), 'half a k');
  const log = createRecordingLog();
  const repaired = createFileSecretBox(folder, log);
  await expect(repaired.open(new Uint8Array(64))).rejects.toMatchObject({ code: 'device/secret-unreadable' });
  expect(Buffer.from(await repaired.open(await repaired.seal(secret)))).toEqual(secret);
  const aside = (await readdir(folder)).filter((name) => name.endsWith('.unusable'));
  expect(await readFile(path.join(folder, aside[0]!), 'utf8')).toBe('half a k');
  expect(log.lines).toMatchObject([{ level: 'error', event: 'secrets.key-unusable' }]);
});

it('agrees on one key when several begin at once', async () => {
  const sealed = await Promise.all([1, 2, 3, 4, 5].map(() => box().seal(secret)));
  for (const one of sealed) expect(Buffer.from(await box().open(one))).toEqual(secret);
});

it('does not open in a folder that was copied to another machine', async () => {
  const on = (id: string) => createFileSecretBox(folder, createRecordingLog(), async () => id);
  const sealed = await on('one').seal(secret);
  expect(Buffer.from(await on('one').open(sealed))).toEqual(secret);
  for (const elsewhere of ['another', ''])
    await expect(on(elsewhere).open(sealed)).rejects.toMatchObject({ code: 'device/secret-unreadable' });
});

it('opens what was sealed before keys were bound to the machine', async () => {
  const unnamed = createFileSecretBox(folder, createRecordingLog(), async () => '');
  const sealed = await unnamed.seal(secret);
  expect(Buffer.from(await box().open(sealed))).toEqual(secret);
});
