import { readFile } from 'node:fs/promises';
import { runBriefly } from './metered.ts';
import type { Run } from './metered.ts';

/**
 * What tells this installation of the operating system from others: `/etc/machine-id`, macOS's IOPlatformUUID, Windows'
 * MachineGuid; empty where there is none. No secret: whoever copies a folder on purpose can write it down as well. It
 * keeps a copied folder, a synced one, and a restore to a new computer from playing by themselves.
 */
export async function readMachineId(
  platform: NodeJS.Platform = process.platform,
  run: Run = runBriefly,
): Promise<string> {
  try {
    if (platform === 'linux') return (await readFile('/etc/machine-id', 'utf8')).trim();
    if (platform === 'darwin')
      return named(
        await run('ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']),
        /"IOPlatformUUID" = "([^"]+)"/,
      );
    if (platform === 'win32') {
      const key = 'HKLM\\SOFTWARE\\Microsoft\\Cryptography';
      return named(await run('reg', ['query', key, '/v', 'MachineGuid']), /MachineGuid\s+REG_SZ\s+(\S+)/);
    }
  } catch {
    // No such file, no such program: then nothing is bound to it.
  }
  return '';
}

const named = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? '';
