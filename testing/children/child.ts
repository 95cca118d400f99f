import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import { onTestFinished } from 'vitest';

export interface Child {
  readonly process: ChildProcess;
  /** Every line of standard output so far. */
  readonly lines: string[];
  /** Resolves when a line satisfies; rejects, with what it said, when the child ends before. */
  line(satisfies: (line: string) => boolean): Promise<string>;
  /** A real SIGKILL; resolves when the process is gone and its output read to the end. */
  kill(): Promise<void>;
}

/** Runs a script of this folder in a process of its own. It is killed when the test ends. */
export function startChild(script: string, args: string[]): Child {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const reader = readline.createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const closed = Promise.all([once(reader, 'close'), once(child, 'close')]);
  const kill = async () => {
    child.kill('SIGKILL');
    await closed;
  };
  onTestFinished(kill);
  return {
    process: child,
    lines,
    kill,
    line: (satisfies) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find(satisfies);
          if (found !== undefined) resolve(found);
        };
        look();
        reader.on('line', look);
        void closed.then(() => reject(new Error(`the child ended: ${lines.join('\n')}\n${errors}`)));
      }),
  };
}
