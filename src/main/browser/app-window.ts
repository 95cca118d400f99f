import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** What of the machine decides which browser there is. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  isExecutable(file: string): boolean;
}

export const thisMachine: Machine = {
  platform: process.platform,
  env: process.env,
  isRoot: process.getuid?.() === 0,
  isExecutable: (file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  },
};

const onPath = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
  'brave-browser',
];
const inApplications = ['Google Chrome', 'Chromium', 'Microsoft Edge', 'Brave Browser'];
const inProgramFiles = [
  ['Google', 'Chrome', 'Application', 'chrome.exe'],
  ['Microsoft', 'Edge', 'Application', 'msedge.exe'],
  ['BraveSoftware', 'Brave-Browser', 'Application', 'brave.exe'],
  ['Chromium', 'Application', 'chrome.exe'],
];

/** A Chromium-family browser of this machine, or why none can open a window. `CHROMIUM_PATH` goes first. */
export function findBrowser(machine: Machine): { file: string } | { reason: string } {
  const { platform, env } = machine;
  if (platform === 'linux' && !env['DISPLAY'] && !env['WAYLAND_DISPLAY'])
    return { reason: 'there is no screen' };
  if (machine.isRoot) return { reason: 'Chromium does not open windows for the root user' };
  const file = candidates(machine).find((candidate) => machine.isExecutable(candidate));
  return file ? { file } : { reason: 'no Chromium, Chrome, Edge or Brave is installed' };
}

function candidates({ platform, env }: Machine): string[] {
  const chosen = env['CHROMIUM_PATH'] ? [env['CHROMIUM_PATH']] : [];
  const join = platform === 'win32' ? path.win32.join : path.posix.join;
  if (platform === 'win32') {
    const roots = [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']].filter(
      (root) => root !== undefined,
    );
    return [...chosen, ...inProgramFiles.flatMap((parts) => roots.map((root) => join(root, ...parts)))];
  }
  if (platform === 'darwin') {
    const roots = ['/Applications', ...(env['HOME'] ? [join(env['HOME'], 'Applications')] : [])];
    return [
      ...chosen,
      ...inApplications.flatMap((name) =>
        roots.map((root) => join(root, `${name}.app`, 'Contents', 'MacOS', name)),
      ),
    ];
  }
  const folders = (env['PATH'] ?? '').split(':').filter(Boolean);
  return [...chosen, ...onPath.flatMap((name) => folders.map((folder) => join(folder, name)))];
}

/**
 * Opens the address as a window without browser furniture, in a browser profile of its own. `onFailure` is
 * called when the browser could not be started or gave up; not when the viewer closed the window.
 */
export function openAppWindow(
  file: string,
  url: string,
  profileFolder: string,
  onFailure: (reason: string) => void,
): void {
  const child = spawn(
    file,
    [`--app=${url}`, `--user-data-dir=${profileFolder}`, '--no-first-run', '--no-default-browser-check'],
    { stdio: 'ignore', detached: process.platform !== 'win32' },
  );
  child.once('error', (error) => onFailure(error.message));
  child.once('exit', (code) => {
    if (code) onFailure(`it ended with code ${code}`);
  });
  child.unref();
}
