import { MINUTE_MS } from '../../src/shared/units.ts';
import type { Ms } from '../../src/shared/units.ts';
import { Problem } from './problem.ts';

const MOST_FAILURES = 10;
const WITHIN_MS: Ms = 5 * MINUTE_MS;

/**
 * Slows down whoever guesses: after ten failures in five minutes on one account or profile nothing is tried
 * any more until they are over. Kept in memory: a restart forgives.
 */
export function createAttempts(now: () => Ms) {
  const failures = new Map<string, Ms[]>();
  const recent = (name: string): Ms[] =>
    (failures.get(name) ?? []).filter((atMs) => now() - atMs < WITHIN_MS && atMs <= now());

  return async function attempt(name: string, tryIt: () => Promise<boolean>): Promise<boolean> {
    const before = recent(name);
    if (before.length >= MOST_FAILURES) throw new Problem('too-many-attempts');
    // Counted before the slow comparison, so that many at once count too.
    const atMs = now();
    failures.set(name, [...before, atMs]);
    const succeeded = await tryIt();
    if (succeeded) failures.delete(name);
    return succeeded;
  };
}
