import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Suite } from '../suite.ts';
import { mutants } from './mutants.ts';

const main = path.resolve(import.meta.dirname, '../../testing/license-model/main.ts');
const mutate = path.resolve(import.meta.dirname, 'mutate.ts');

/** As many as `npm test` does. */
const SEQUENCES = 20_000;

/**
 * Breaks the rules themselves: the sequences of testing/license-model must notice each wrong line in src/license. What is at
 * stake is not a download but the proof: a case fails when nobody noticed.
 */
export const license: Suite = {
  name: 'license',
  cases: mutants.length,
  shortCases: 3,
  async open() {
    const counts = { caught: 0 };
    const of = (index: number) => index % mutants.length;
    return {
      name: (index) => `${mutants[of(index)]?.file}: ${mutants[of(index)]?.what}`,
      async run(index, random) {
        const { code, said } = await sequences(of(index), random.between(1, 2 ** 30));
        if (code === 0) throw new Error(`${SEQUENCES} sequences did not notice`);
        // Anything else that ends the process would look like an alarm.
        if (!said.includes('Counterexample')) throw new Error(said);
        counts.caught += 1;
      },
      counts: () => counts,
      close: async () => undefined,
    };
  },
};

async function sequences(mutant: number, seed: number): Promise<{ code: number | null; said: string }> {
  const input = JSON.stringify({ seed, sequences: SEQUENCES });
  const child = spawn(process.execPath, ['--import', mutate, main, input], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LAYOVER_MUTANT: String(mutant), UV_THREADPOOL_SIZE: '1' },
  });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, said };
}
