import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { createRecordingLog } from '../../testing/recording-log.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { openSettings, seedServiceUrl, serviceUrlIn } from './settings.ts';

let folder: string;
const open = () => openSettings(folder, createRecordingLog());
beforeEach(async () => {
  folder = temporaryFolder();
});

it('reads after a restart what was written', () => {
  expect(open().read()).toEqual({});
  open().write({ theme: 'dark', playback: { volume: 0.5 } });
  expect(open().read()).toEqual({ theme: 'dark', playback: { volume: 0.5 } });
});

it('leaves nothing but the file behind', async () => {
  open().write({ theme: 'dark' });
  expect(await readdir(folder)).toEqual(['settings.json']);
});

it.each(['{"theme": "da', '[1, 2]', '"dark"', ''])('sets %j aside and uses the defaults', async (broken) => {
  await writeFile(path.join(folder, 'settings.json'), broken);
  const log = createRecordingLog();
  const settings = openSettings(folder, log);
  expect(settings.read()).toEqual({});
  settings.write({ theme: 'light' });
  expect(open().read()).toEqual({ theme: 'light' });
  const aside = (await readdir(folder)).find((name) => name.endsWith('.unusable'));
  expect(await readFile(path.join(folder, aside!), 'utf8')).toBe(broken);
  expect(log.lines).toMatchObject([{ event: 'settings.set-aside' }]);
});

it('takes the service’s address from the host and keeps the rest', () => {
  const settings = open();
  settings.write({ theme: 'dark', serviceUrl: 'https://old.example' });
  seedServiceUrl(settings, undefined);
  expect(serviceUrlIn(settings)).toBe('https://old.example');
  seedServiceUrl(settings, 'http://127.0.0.1:4000');
  expect(settings.read()).toEqual({ theme: 'dark', serviceUrl: 'http://127.0.0.1:4000' });
});

it('knows no address where the settings have none that is one', () => {
  const settings = open();
  expect(serviceUrlIn(settings)).toBeUndefined();
  settings.write({ serviceUrl: 'not an address' });
  expect(serviceUrlIn(settings)).toBeUndefined();
});
