import { expect, it } from 'vitest';
import type { Machine } from './app-window.ts';
import { findBrowser } from './app-window.ts';

const machine = (part: Partial<Machine> & { has?: string[] }): Machine => ({
  platform: 'linux',
  env: { DISPLAY: ':0', PATH: '/usr/bin:/opt/bin' },
  isRoot: false,
  isExecutable: (file) => part.has?.includes(file) ?? false,
  ...part,
});

it('finds a browser where each system keeps it', () => {
  expect(findBrowser(machine({ has: ['/opt/bin/chromium', '/usr/bin/google-chrome'] }))).toEqual({
    file: '/opt/bin/chromium',
  });
  const mac = '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge';
  expect(findBrowser(machine({ platform: 'darwin', env: {}, has: [mac] }))).toEqual({ file: mac });
  const windows = 'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe';
  expect(
    findBrowser(machine({ platform: 'win32', env: { PROGRAMFILES: 'C:\\Program Files' }, has: [windows] })),
  ).toEqual({ file: windows });
});

it('prefers the one that the viewer names', () => {
  const env = { DISPLAY: ':0', PATH: '/usr/bin', CHROMIUM_PATH: '/home/me/chrome' };
  expect(findBrowser(machine({ env, has: ['/home/me/chrome', '/usr/bin/chromium'] }))).toEqual({
    file: '/home/me/chrome',
  });
});

it('says why there is none', () => {
  expect(findBrowser(machine({}))).toHaveProperty('reason', expect.stringContaining('installed'));
  expect(findBrowser(machine({ env: {}, has: ['/usr/bin/chromium'] }))).toHaveProperty(
    'reason',
    expect.stringContaining('screen'),
  );
  expect(findBrowser(machine({ isRoot: true, has: ['/usr/bin/chromium'] }))).toHaveProperty(
    'reason',
    expect.stringContaining('root'),
  );
});
