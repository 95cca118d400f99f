import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { SequencesOutput } from '../../testing/license-model/main.ts';
import type { LicenseInput, LicenseOutput } from '../children/license.ts';
import { runChild } from '../parts/child.ts';
import { conclude, round, takeTurns } from '../parts/turns.ts';
import type { Bench, BenchOptions, Run } from '../parts/types.ts';

const BATCH = 5_000;
const main = path.resolve(import.meta.dirname, '../../testing/license-model/main.ts');

/** One batch: its number is its seed, so that what was interrupted goes on, and what failed is done again. */
async function batch(seed: number, sequences: number): Promise<SequencesOutput> {
  const env = { ...process.env, UV_THREADPOOL_SIZE: '1' };
  const child = spawn(process.execPath, [main, JSON.stringify({ seed, sequences })], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  let said = '';
  child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`batch ${seed} parted from the model: --seed ${seed} does it again`);
  return JSON.parse(said) as SequencesOutput;
}

/** All sequences, a process a core. The first that fails ends them all. */
async function prove({ seed, sequences, say }: BenchOptions): Promise<Run[]> {
  const batches = Math.ceil(sequences / BATCH);
  const startMs = performance.now();
  let next = seed;
  let done = 0;
  const worker = async (): Promise<void> => {
    while (next < seed + batches) {
      const mine = next++;
      const found = await batch(mine, Math.min(BATCH, sequences - (mine - seed) * BATCH));
      done += found.sequences;
      say(
        `batch ${mine}: ${done} of ${sequences} sequences agree; interrupted here, go on with --seed ${next}`,
      );
    }
  };
  await Promise.all(Array.from({ length: os.availableParallelism() }, worker));
  const values = { sequences: done, sequencesPerSecond: done / ((performance.now() - startMs) / 1000) };
  return [{ contestant: 'model', values }];
}

export const bench: Bench = {
  about: 'what license checks cost, and a million random sequences against the model of docs/licensing.md',
  programs: [],
  async run(options) {
    const child = (from: LicenseInput['from']) => () =>
      runChild<LicenseInput, LicenseOutput>('license.ts', {
        folder: mkdtempSync(path.join(options.folder, `${from}-`)),
        from,
      });
    const measured = await takeTurns(options, {
      cold: child('cold'),
      warm: child('warm'),
      free: child('free'),
      verdicts: child('verdicts'),
    });
    const runs = [...measured, ...(options.sequences > 0 ? await prove(options) : [])];
    const findings = conclude(runs, 'firstByteMs', {
      'without checks, first play after a start': ['cold', 'free'],
      'without checks, later': ['warm', 'free'],
    });
    const { medians } = findings;
    const added = (how: string) =>
      round((medians[`${how}.firstByteMs`] ?? NaN) - (medians['free.firstByteMs'] ?? NaN));
    return {
      ...findings,
      medians: { ...medians, 'cold.addedMs': added('cold'), 'warm.addedMs': added('warm') },
    };
  },
  reaches: ({ medians }) => [
    {
      what: 'added from click to first byte, first play after a start (ms)',
      found: medians['cold.addedMs'],
      atMost: 2,
    },
    { what: 'added from click to first byte, later (ms)', found: medians['warm.addedMs'], atMost: 2 },
    { what: 'sequences that agree with the model', found: medians['model.sequences'], atLeast: 1_000_000 },
  ],
};
