import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

/** Where a user's data lies when nobody says otherwise; the same folder that Electron would choose. */
export function defaultUserData(env: Readonly<Record<string, string | undefined>>, home = homedir()): string {
  if (process.platform === 'win32')
    return path.join(env['APPDATA'] ?? path.join(home, 'AppData', 'Roaming'), 'Layover');
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Layover');
  return path.join(env['XDG_CONFIG_HOME'] ?? path.join(home, '.config'), 'Layover');
}

/** The version in the package.json that lies in `folder`. */
export function versionIn(folder: string): string {
  const text = readFileSync(path.join(folder, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}
