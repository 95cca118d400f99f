import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { _electron } from 'playwright';
import type { HostOptions, RunningHost } from './host.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Electron's program, when it is installed. Its own package is not asked: that one would download it. */
export function electronBinary(): string | undefined {
  const folder = path.join(root, 'node_modules', 'electron');
  const named = path.join(folder, 'path.txt');
  if (!existsSync(named)) return undefined;
  const file = path.join(folder, 'dist', readFileSync(named, 'utf8').trim());
  return existsSync(file) ? file : undefined;
}

/** The app under Electron, unpackaged: a packaged one has the fuse off that Playwright's debugger port needs. */
export async function startElectronHost(options: HostOptions): Promise<RunningHost> {
  const { userData, serviceUrl, qa, qaClockOffsetMs, viewport } = options;
  const executablePath = electronBinary();
  if (!executablePath) throw new Error('Electron’s binary is not installed: run `npx install-electron`.');
  const app = await _electron.launch({
    executablePath,
    cwd: root,
    args: [
      ...['--disable-gpu', '--password-store=basic', '--autoplay-policy=no-user-gesture-required'],
      // A clock that is moved is the lab's.
      qa || qaClockOffsetMs !== 0 ? 'build/main-qa/main.js' : '.',
      ...(qa ? ['--qa'] : []),
      `--data=${userData}`,
      `--service=${serviceUrl}`,
      `--qa-clock-offset-ms=${qaClockOffsetMs}`,
    ],
  });
  const page = await app.firstWindow();
  await page.setViewportSize({ ...viewport });
  return {
    page,
    stop: () => app.close(),
    async kill() {
      const child = app.process();
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
    },
  };
}
