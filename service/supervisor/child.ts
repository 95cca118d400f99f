import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { MINUTE_MS } from '../../src/shared/units.ts';
import type { Ms } from '../../src/shared/units.ts';

export interface ChildOptions {
  /** A TypeScript file for this same Node. */
  readonly script: string;
  /** Asked at each start. */
  readonly args: () => readonly string[];
  readonly env?: Record<string, string>;
  /** Start it again when it dies by itself. */
  readonly restart: boolean;
  /** Each line of its standard output. */
  readonly onLine: (line: string, pid: number) => void;
  readonly onErrorLine: (line: string) => void;
  /** It ended; `again` says whether it is being started again. */
  readonly onEnd: (code: number | null, again: boolean) => void;
  readonly now: () => Ms;
}

export interface Child {
  readonly pid: number | undefined;
  /** Ends it for good; resolves when it is gone. */
  stop(): Promise<void>;
}

/** More deaths than this within a minute mean that somebody wants it dead, or that it cannot live. */
const MOST_RESTARTS_A_MINUTE = 3;
const KILL_AFTER_MS: Ms = 3_000;

/** A process that is started again when it dies. It ends with this one: its standard input closes then. */
export function keepRunning(options: ChildOptions): Child {
  let stopped = false;
  let deaths: Ms[] = [];
  let child = start();
  let gone = once(child, 'close');

  function start(): ChildProcess {
    const started = spawn(process.execPath, [options.script, ...options.args()], {
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // A child that is gone already cannot be written to; its end is reported anyway.
    started.stdin.on('error', () => undefined);
    started.on('error', (error) => options.onErrorLine(error.message));
    createInterface({ input: started.stdout }).on('line', (line) => options.onLine(line, started.pid ?? 0));
    createInterface({ input: started.stderr }).on('line', options.onErrorLine);
    started.once('close', onClose);
    return started;
  }

  function onClose(code: number | null): void {
    const nowMs = options.now();
    deaths = [...deaths, nowMs].filter((atMs) => nowMs - atMs < MINUTE_MS);
    const again = options.restart && !stopped && deaths.length <= MOST_RESTARTS_A_MINUTE;
    if (again) {
      child = start();
      gone = once(child, 'close');
    }
    options.onEnd(code, again);
  }

  return {
    get pid() {
      return child.pid;
    },
    async stop() {
      stopped = true;
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const hard = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      child.kill('SIGTERM');
      await gone;
      clearTimeout(hard);
    },
  };
}

/** What a child wrote, if it is JSON. */
export function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
