import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { chromium } from 'playwright';
import { installDebianPackage } from './debian.ts';

/** Names under which Chromium and its near relatives are installed. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  path.join(process.env['PROGRAMFILES'] ?? 'C:\\Program Files', 'Google/Chrome/Application/chrome.exe'),
  path.join(
    process.env['PROGRAMFILES(X86)'] ?? 'C:\\Program Files (x86)',
    'Microsoft/Edge/Application/msedge.exe',
  ),
];

/** CHROMIUM_PATH, else Playwright's own, else one that is installed; undefined when there is none. */
export function findChromium(): string | undefined {
  const wanted = process.env['CHROMIUM_PATH'];
  if (wanted) return existsSync(wanted) ? wanted : undefined;
  const own = chromium.executablePath();
  if (own && existsSync(own)) return own;
  for (const name of process.platform === 'win32' ? [] : names) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    if (found) return found;
  }
  return elsewhere.find((file) => existsSync(file));
}

/** Gets a Chromium for the e2e tests, or says in one sentence what to install. */
export function ensureChromium(): string {
  const found = findChromium() ?? (installDebianPackage('chromium') ? findChromium() : undefined);
  if (!found)
    throw new Error('No Chromium was found: run `npx playwright install chromium`, or set CHROMIUM_PATH.');
  return found;
}
