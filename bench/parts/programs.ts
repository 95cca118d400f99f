import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Where a program lies, Debian's folders for servers included. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
}

export interface Spent {
  readonly elapsedMs: number;
  /** User and system time of the program and of what it started. */
  readonly cpuSeconds: number;
}

/**
 * Runs a program to its end and says what it cost, its start included. Throws, with what it said, when it
 * fails. Bash measures: it waits for the child, and Node cannot ask the system about one that has ended.
 */
export async function runProgram(
  name: string,
  args: readonly string[],
  options: { cwd?: string } = {},
): Promise<Spent> {
  const program = findProgram(name) ?? name;
  const script = 'TIMEFORMAT="spent %3R %3U %3S"; time "$@"';
  const child = spawn('bash', ['-c', script, 'bash', program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
    ...options,
  });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said = (said + piece.toString()).slice(-10_000)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [, real, user, system] = /spent ([\d.]+) ([\d.]+) ([\d.]+)/.exec(said) ?? [];
  if (code !== 0 || real === undefined) throw new Error(`${name} ended with ${code}: ${said}`);
  return { elapsedMs: Number(real) * 1000, cpuSeconds: Number(user) + Number(system) };
}

/** Makes durable what was written to these files and folders: `sync` of coreutils, as a viewer would wait for it. */
export async function syncFiles(paths: readonly string[]): Promise<number> {
  const startMs = performance.now();
  for (let at = 0; at < paths.length; at += 1000)
    await runProgram('sync', ['--data', ...paths.slice(at, at + 1000)]);
  return performance.now() - startMs;
}
