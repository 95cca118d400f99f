import fc from 'fast-check';
import { useQuickCrypto } from './quick-crypto.ts';
import { run, sequencesOf } from './sequence.ts';
import { createStageWorld } from './stage.ts';

/**
 * A process of its own, so that as many run as there are cores: `node main.ts '{"seed": 1, "sequences": 5000}'`, half of
 * them with a clock that nobody touches. The last line on standard output is what was done. A failure ends with 1 and
 * prints its seed and the shortest sequence that was found.
 */
export interface SequencesInput {
  readonly seed: number;
  readonly sequences: number;
}
export interface SequencesOutput {
  readonly sequences: number;
  readonly seconds: number;
}

const ROUNDS = 20;

const { seed, sequences } = JSON.parse(process.argv[2] ?? '{}') as SequencesInput;
useQuickCrypto();
// A refusal is an error, and there are several a sequence: what failed is told by its step, not by its stack.
Error.stackTraceLimit = 0;
const world = await createStageWorld();
const startMs = performance.now();
// Turn about: what one kind would notice does not wait until the other is done.
const rounds = Math.max(1, Math.min(ROUNDS, Math.floor(sequences / 100)));
for (let round = 0; round < rounds; round += 1) {
  const numRuns = Math.ceil(sequences / rounds / 2);
  for (const clockIsHonest of [true, false]) {
    const property = fc.asyncProperty(sequencesOf(clockIsHonest), (sequence) => run(world, sequence));
    await fc.assert(property, { seed: seed * ROUNDS + round, numRuns });
  }
}
world.close();
const done: SequencesOutput = { sequences, seconds: (performance.now() - startMs) / 1000 };
process.stdout.write(`${JSON.stringify(done)}\n`);
