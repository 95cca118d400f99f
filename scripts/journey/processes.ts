import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const root = path.resolve(import.meta.dirname, '../..');

export const Service = z.object({
  apiUrl: z.url(),
  pid: z.number(),
  ocas: z.array(z.object({ ocaId: z.string(), url: z.url(), controlUrl: z.url(), pid: z.number() })),
});
export type Service = z.infer<typeof Service>;

export interface RunningService extends Service {
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** Service and OCAs as their own processes, on a data folder that may have been used before. */
export async function startService(dataDir: string, args: string[]): Promise<RunningService> {
  const argv = [
    'service/main.ts',
    '--data',
    dataDir,
    '--control',
    '--no-restart',
    '--exit-with-parent',
    ...args,
  ];
  const child = spawn(process.execPath, argv, { cwd: root, stdio: ['pipe', 'ignore', 'pipe'] });
  let last = '';
  createInterface({ input: child.stderr }).on('line', (line) => (last = line));
  const file = path.join(dataDir, 'service.json');
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the service ended: ${last}`);
    const found = existsSync(file) ? Service.safeParse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
    if (found?.success && found.data.pid === child.pid)
      return { ...found.data, child, stop: () => stop(child) };
    await sleep(50);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  // What --exit-with-parent waits for; unlike a signal it is an orderly end on Windows too.
  child.stdin?.end();
  await gone;
}

export interface LayoverRun {
  readonly child: ChildProcess;
  /** Objects from standard error, as they come; first the last one that has come already. */
  onProgress(listener: (value: Record<string, unknown>) => void): void;
  readonly ended: Promise<{ code: number | null; answer: Record<string, unknown> }>;
}

/** `layover … --json` as its own process. */
export function layover(dataDir: string, args: string[], env: NodeJS.ProcessEnv = {}): LayoverRun {
  const argv = ['src/cli/main.ts', ...args, '--json', '--data', dataDir];
  const child = spawn(process.execPath, argv, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const listeners: ((value: Record<string, unknown>) => void)[] = [];
  let latest: Record<string, unknown> | undefined;
  let output = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  createInterface({ input: child.stderr }).on('line', (line) => {
    const value = parsed(line);
    if (!value) {
      complaints = line;
      return;
    }
    latest = value;
    listeners.forEach((listener) => listener(value));
  });
  const ended = new Promise<{ code: number | null; answer: Record<string, unknown> }>((resolve) =>
    child.once('close', (code) =>
      resolve({ code, answer: parsed(output) ?? { error: { code: 'none', message: complaints } } }),
    ),
  );
  const onProgress: LayoverRun['onProgress'] = (listener) => {
    if (latest) listener(latest);
    listeners.push(listener);
  };
  return { child, onProgress, ended };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
