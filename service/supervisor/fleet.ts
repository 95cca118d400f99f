import path from 'node:path';
import { z } from 'zod';
import type { Ms } from '../../src/shared/units.ts';
import { jsonOf, keepRunning } from './child.ts';
import type { Child } from './child.ts';
import type { Appliance } from './holdings.ts';
import { portAgain } from './ports.ts';

export interface FleetOptions {
  readonly appliances: readonly Appliance[];
  readonly mediaDir: string;
  readonly holdsFileOf: (appliance: Appliance) => string | undefined;
  readonly secret: string;
  readonly hasControl: boolean;
  readonly restart: boolean;
  readonly clockOffsetMs: Ms;
  /** Ports used before, by OCA. */
  readonly ports: Readonly<Record<string, number>>;
  readonly say: (line: string) => void;
  /** Once the fleet is up: an OCA was started again, or is gone. */
  readonly onChange: () => void;
  readonly now: () => Ms;
}

export interface RunningOca extends Appliance {
  /** "http://127.0.0.1:<port>" */
  readonly url: string;
  readonly pid: number;
}

export interface Fleet {
  /** Those that run now, nearest first. */
  running(): RunningOca[];
  stop(): Promise<void>;
}

const Ready = z.object({ ocaId: z.string(), url: z.url() });
const script = path.join(import.meta.dirname, '../oca/main.ts');

/** Starts the OCAs, each a process of its own; resolves when all listen, throws when one cannot be started. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const { appliances, say } = options;
  const running = new Map<string, RunningOca>();
  const children: Child[] = [];
  let state: 'starting' | 'up' | 'stopping' = 'starting';

  async function startOne(appliance: Appliance): Promise<void> {
    const { ocaId } = appliance;
    let port = await portAgain(options.ports[ocaId] ?? 0);
    const holds = options.holdsFileOf(appliance);
    return new Promise((resolve, reject) => {
      const child = keepRunning({
        script,
        args: () => [
          ...['--id', ocaId, '--port', String(port), '--media', options.mediaDir],
          ...(holds === undefined ? [] : ['--holds', holds]),
          ...(options.hasControl ? ['--control'] : []),
          `--qa-clock-offset-ms=${options.clockOffsetMs}`,
        ],
        env: { LAYOVER_OCA_SECRET: options.secret },
        restart: options.restart,
        now: options.now,
        onLine: (line, pid) => {
          const ready = Ready.safeParse(jsonOf(line));
          if (!ready.success) return;
          running.set(ocaId, { ...appliance, url: ready.data.url, pid });
          // Addresses that were given out are good again when it is.
          port = Number(new URL(ready.data.url).port);
          resolve();
          if (state === 'up') options.onChange();
        },
        onErrorLine: (line) => say(`${ocaId}: ${line}`),
        onEnd: (code, again) => {
          running.delete(ocaId);
          if (state === 'stopping') return;
          say(`${ocaId} ended (${code ?? 'killed'})${again ? '; starting it again' : ''}`);
          if (!again) reject(new Error(`${ocaId} could not be started`));
          if (state === 'up') options.onChange();
        },
      });
      children.push(child);
    });
  }

  async function stop(): Promise<void> {
    state = 'stopping';
    await Promise.all(children.map((child) => child.stop()));
  }

  try {
    await Promise.all(appliances.map(startOne));
  } catch (error) {
    await stop();
    throw error;
  }
  state = 'up';
  return {
    running: () => [...running.values()].sort((a, b) => a.distance - b.distance),
    stop,
  };
}
