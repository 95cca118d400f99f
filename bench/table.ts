import type { Findings, Reach } from './parts/types.ts';
import { round } from './parts/turns.ts';

/** What a person reads: medians, ratios, and how they stand to what is to be reached. */
export function tableOf(name: string, findings: Findings, reaches: readonly Reach[]): string {
  const lines = [name, ''];
  const width = Math.max(...Object.keys(findings.medians).map((key) => key.length), 20) + 2;
  for (const [key, number] of Object.entries(findings.medians)) lines.push(`${key.padEnd(width)}${number}`);
  lines.push('');
  for (const [peer, ratio] of Object.entries(findings.ratios))
    lines.push(`${`ours ÷ ${peer}`.padEnd(width)}${ratio}`);
  lines.push('');
  for (const { what, found, atLeast, atMost } of reaches) {
    const wanted = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
    const verdict = isReached({ what, found, atLeast, atMost }) ? 'reached' : 'NOT reached';
    lines.push(`${what}: ${found === undefined ? 'not measured' : round(found)} (${wanted}) ${verdict}`);
  }
  return lines.join('\n');
}

export function isReached({ found, atLeast = -Infinity, atMost = Infinity }: Partial<Reach>): boolean {
  return found !== undefined && found >= atLeast && found <= atMost;
}
