import type { BenchOptions, Findings, Run } from './types.ts';

/** One side of a comparison: runs once and says what was measured. */
export type Contestant = () => Promise<Record<string, number>>;

/**
 * Runs all contestants turn about, so that what else the machine does meets them all, and starts each round
 * with another one, so that none is always the first.
 */
export async function takeTurns(
  { runs, say }: Pick<BenchOptions, 'runs' | 'say'>,
  contestants: Readonly<Record<string, Contestant>>,
): Promise<Run[]> {
  const names = Object.keys(contestants);
  const done: Run[] = [];
  for (let round = 0; round < runs; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const contestant = names[(round + turn) % names.length] ?? '';
      const values = (await contestants[contestant]?.()) ?? {};
      done.push({ contestant, values });
      say(`${round + 1}/${runs} ${contestant}: ${textOf(values)}`);
    }
  }
  return done;
}

/** Medians of every value, and of `value` ours ÷ each peer. `pairs`: which of ours meets which peer. */
export function conclude(
  runs: readonly Run[],
  value: string,
  pairs: Readonly<Record<string, readonly [ours: string, peer: string]>>,
): Findings {
  const all = new Map<string, number[]>();
  for (const { contestant, values } of runs)
    for (const [name, number] of Object.entries(values)) {
      const key = `${contestant}.${name}`;
      all.set(key, [...(all.get(key) ?? []), number]);
    }
  const medians = Object.fromEntries([...all].map(([key, numbers]) => [key, median(numbers)]));
  const ratioOf = ([ours, peer]: readonly [string, string]) =>
    round((medians[`${ours}.${value}`] ?? NaN) / (medians[`${peer}.${value}`] ?? NaN));
  const ratios = Object.fromEntries(Object.entries(pairs).map(([name, pair]) => [name, ratioOf(pair)]));
  return { runs, medians, ratios };
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return round(((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2);
}

export const round = (number: number): number => Math.round(number * 1000) / 1000;

export const textOf = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, number]) => `${name} ${round(number)}`)
    .join(', ');
