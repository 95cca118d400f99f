import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { SecretBox } from '../shared/platform.ts';
import { SECOND_MS } from '../shared/units.ts';

/** Runs a program to its end with something on its standard input; throws when it is not there or fails. */
export type Ask = (program: string, args: readonly string[], input?: string) => Promise<string>;

const askBriefly: Ask = (program, args, input) =>
  new Promise((resolve, reject) => {
    const options = { timeout: 3 * SECOND_MS, maxBuffer: 1024 * 1024, windowsHide: true };
    const child = execFile(program, [...args], options, (error, stdout) => {
      if (error) reject(error instanceof Error ? error : new Error('it failed'));
      else resolve(stdout);
    });
    // One that ends before it has read all of it.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });

/**
 * A record in the keyring of the operating system's account, outside the user folder: whoever puts an older folder back does
 * not put this back with it. Linux: a Secret Service, by way of `secret-tool`; macOS: the login keychain, by way of `security`.
 * undefined elsewhere; where nobody answers, `read` gives null and `write` throws. The app authenticates what it
 * wrote; anybody in the account can delete it.
 */
export function createKeyringRecord(
  folder: string,
  platform: NodeJS.Platform = process.platform,
  ask: Ask = askBriefly,
): SecretBox['record'] {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 32);
  if (platform === 'linux') return secretService(['application', 'layover', 'folder', name], ask);
  if (platform === 'darwin') return loginKeychain(['-a', name, '-s', 'Layover'], ask);
  return undefined;
}

function secretService(attributes: readonly string[], ask: Ask): SecretBox['record'] {
  return {
    // `search` and not `lookup`: it opens no dialog for a keyring that is locked.
    read: async () => firstLine(await ask('secret-tool', ['search', ...attributes]), /^secret = (.+)$/m),
    write: async (text) => void (await ask('secret-tool', ['store', '--label=Layover', ...attributes], text)),
  };
}

function loginKeychain(where: readonly string[], ask: Ask): SecretBox['record'] {
  return {
    read: async () => firstLine(await ask('security', ['find-generic-password', ...where, '-w']), /^(.+)$/m),
    write: async (text) => void (await ask('security', ['add-generic-password', '-U', ...where, '-w', text])),
  };
}

const firstLine = (output: string, pattern: RegExp): string | null => pattern.exec(output)?.[1] ?? null;
