import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Order } from './child.ts';

export interface Ended {
  /** Bytes that it had called stored. */
  readonly reportedBytes: number;
  /** How far it had come. */
  readonly reached: 'nothing' | 'open' | 'done';
  /** From the order to "done", or to the kill. */
  readonly ms: number;
  /** What a download that was to endure said it stopped for. */
  readonly told: string | undefined;
}

/** A process that is ready to be given work, and to be killed in the middle of it. */
export interface Victim {
  /** Resolves after `delayMs` and a real SIGKILL; without a delay when the work is done. */
  run(order: Order, delayMs?: number): Promise<Ended>;
  kill(): Promise<void>;
}

/** `under`: a program, with its arguments, that runs it in its place (strace). */
export function startVictim(under: readonly string[] = []): Victim {
  const [program = '', ...words] = [...under, process.execPath, path.join(import.meta.dirname, 'child.ts')];
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  const closed = Promise.all([once(reader, 'close'), once(child, 'close')]);
  const said = (satisfies: (line: string) => boolean) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        const failed = lines.find((line) => line.startsWith('failed '));
        if (failed) reject(new Error(`the child could not: ${failed}`));
        else if (lines.some(satisfies)) resolve();
      };
      look();
      reader.on('line', look);
      void closed.then(() => reject(new Error(`the child ended by itself: ${lines.join(' | ')} ${errors}`)));
    });
  const ready = said((line) => line.startsWith('ready '));
  ready.catch(() => undefined);
  const kill = async () => {
    // Whoever runs it ends with it, and not the other way round.
    if (under.length > 0) await ready;
    const pid = Number(lines.find((line) => line.startsWith('ready '))?.slice('ready '.length) ?? child.pid);
    if (child.exitCode === null && child.signalCode === null) process.kill(pid, 'SIGKILL');
    await closed;
  };
  return {
    kill,
    async run(order, delayMs) {
      await ready;
      const orderedAtMs = performance.now();
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const done = said((line) => line === 'done');
      if (delayMs === undefined) {
        await done;
      } else {
        done.catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
      const ms = performance.now() - orderedAtMs;
      await kill();
      const failed = lines.find((line) => line.startsWith('failed '));
      if (failed) throw new Error(`the child could not: ${failed}`);
      const reported = lines.flatMap((line) => /^stored (\d+)$/.exec(line)?.[1] ?? []).map(Number);
      const reached = lines.includes('done') ? 'done' : lines.includes('open') ? 'open' : 'nothing';
      const told = lines.find((line) => line.startsWith('told '))?.slice('told '.length);
      return { reportedBytes: Math.max(0, ...reported), reached, ms, told };
    },
  };
}
