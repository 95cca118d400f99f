import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright';
import { z } from 'zod';
import { findChromium } from '../../scripts/tools/chromium.ts';
import type { HostOptions, RunningHost } from './host.ts';

const root = path.resolve(import.meta.dirname, '../..');

const flags = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

const Answer = z.object({ url: z.url() });

/** The browser host in its own process, and its window in a Chromium without a screen. */
export async function startBrowserHost(options: HostOptions): Promise<RunningHost> {
  const { userData, serviceUrl, qa, qaClockOffsetMs, viewport } = options;
  const executablePath = findChromium();
  if (!executablePath)
    throw new Error('No Chromium was found: run `npx playwright install chromium`, or set CHROMIUM_PATH.');
  const child = spawn(
    process.execPath,
    [
      'src/main/browser/main.ts',
      ...['--data', userData, '--service', serviceUrl],
      ...(qa ? ['--qa'] : []),
      `--qa-clock-offset-ms=${qaClockOffsetMs}`,
      ...['--open', 'print', '--json'],
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const url = await addressOf(child);
  // Where the app itself would put the profile of its window: what a browser keeps is kept in the user's folder.
  const context = await chromium.launchPersistentContext(path.join(userData, 'browser-window'), {
    executablePath,
    args: [...flags, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    viewport: { ...viewport },
    locale: 'en-US',
  });
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(url);
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    await ended(child, signal);
    await context.close();
  };
  return { page, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** The address that the host prints once it serves, this run's token in it. */
function addressOf(child: ChildProcess): Promise<string> {
  const complaints: string[] = [];
  return new Promise((resolve, reject) => {
    if (child.stderr) createInterface({ input: child.stderr }).on('line', (line) => complaints.push(line));
    if (child.stdout)
      createInterface({ input: child.stdout }).once('line', (line) =>
        resolve(Answer.parse(JSON.parse(line)).url),
      );
    child.once('exit', (code) => reject(new Error(`the host ended (${code}): ${complaints.join('\n')}`)));
  });
}

async function ended(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}
