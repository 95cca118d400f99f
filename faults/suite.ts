import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { createRandom } from './rig/random.ts';
import type { Random } from './rig/random.ts';

/** Something that is broken on purpose again and again, and what must hold afterwards. */
export interface Suite {
  readonly name: string;
  /** Of a full run. */
  readonly cases: number;
  /** Of the short run in CI. */
  readonly shortCases: number;
  /** Why it cannot be run on this machine; undefined: it can. */
  readonly impossible?: string | undefined;
  open(folder: string, random: Random): Promise<SuiteWorld>;
}

export interface SuiteWorld {
  /** Which case has this number, in words that a reader of a failure needs. */
  name(index: number, random: Random): string;
  /** Throws when something did not hold. The same `random` as `name` had. */
  run(index: number, random: Random): Promise<void>;
  /** What happened, counted: so that a reader sees that the cases did what they are called. */
  counts(): Record<string, number>;
  close(): Promise<void>;
}

export interface Failure {
  readonly case: number;
  readonly what: string;
  readonly why: string;
}

export interface SuiteResult {
  readonly cases: number;
  readonly failed: number;
  readonly seed: number;
  readonly failures: readonly Failure[];
  readonly counts: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Why it was not. */
  readonly notRun?: string;
}

export interface RunOptions {
  readonly seed: number;
  readonly cases: number;
  /** Only the case of this number: for looking into a failure. */
  readonly only?: number | undefined;
  onCase?(done: number, failure: Failure | undefined): void;
}

/** Longer than any case takes on the slowest machine: one that hangs is a failure and not the end of the run. */
const LONGEST_CASE_MS = 120_000;

export async function runSuite(suite: Suite, options: RunOptions): Promise<SuiteResult> {
  const { seed, cases } = options;
  const random = createRandom(seed).fork(suite.name);
  const folder = await mkdtemp(path.join(tmpdir(), `layover-faults-${suite.name}-`));
  const startedAtMs = performance.now();
  const failures: Failure[] = [];
  let world: SuiteWorld | undefined;
  try {
    world = await suite.open(folder, random.fork('world'));
    const first = options.only ?? 0;
    const last = options.only === undefined ? cases : first + 1;
    for (let index = first; index < last; index += 1) {
      const what = world.name(index, random.fork(`case ${index}`));
      const why = await failureOf(world.run(index, random.fork(`case ${index}`)));
      const failure = why === undefined ? undefined : { case: index, what, why };
      if (failure) failures.push(failure);
      options.onCase?.(index + 1 - first, failure);
    }
  } finally {
    await world?.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  const ran = options.only === undefined ? cases : 1;
  return { cases: ran, failed: failures.length, seed, failures, counts: world.counts(), seconds };
}

async function failureOf(work: Promise<void>): Promise<string | undefined> {
  const over = new AbortController();
  const tooLong = new Promise<string>((resolve) => {
    const timer = setTimeout(() => resolve('it did not end'), LONGEST_CASE_MS);
    over.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  const done = work.then(
    () => undefined,
    (thrown: unknown) => inspect(thrown),
  );
  return Promise.race([done, tooLong]).finally(() => over.abort());
}
