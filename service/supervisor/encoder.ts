import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { Ms } from '../../src/shared/units.ts';
import { jsonOf, keepRunning } from './child.ts';
import type { Child } from './child.ts';

const Progress = z.object({
  done: z.int(),
  total: z.int(),
  name: z.string(),
  /** Of the whole catalog, 0 to 1. */
  fraction: z.number(),
});
export type EncodeProgress = z.infer<typeof Progress>;

const script = path.join(import.meta.dirname, '../encoder/main.ts');

/** Prepares the demo catalog in a process of its own, which gives way to everything that a viewer waits for. */
export function startEncoder(options: {
  readonly dataDir: string;
  readonly say: (line: string) => void;
  readonly onProgress: (progress: EncodeProgress) => void;
  readonly now: () => Ms;
}): Child {
  const child = keepRunning({
    script,
    args: () => ['--data', options.dataDir],
    restart: false,
    now: options.now,
    onLine: (line) => {
      const progress = Progress.safeParse(jsonOf(line));
      if (progress.success) options.onProgress(progress.data);
      else options.say(`encoder: ${line}`);
    },
    onErrorLine: (line) => options.say(`encoder: ${line}`),
    onEnd: (code) => {
      if (code !== 0) options.say(`the demo catalog is not complete (encoder ended: ${code ?? 'killed'})`);
    },
  });
  try {
    if (child.pid !== undefined) os.setPriority(child.pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Some systems do not allow it, and it may have ended already: it only runs less politely.
  }
  return child;
}
