import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { SECOND_MS } from '../shared/units.ts';
import { watched } from './poll.ts';
import type { Watched } from './poll.ts';

/** `busctl --json=short get-property`: NMMetered is yes 1, no 2, guessed yes 3, guessed no 4, unknown 0. */
const Answer = z.object({ type: z.literal('u'), data: z.int() });
const meanings: Readonly<Record<number, boolean>> = { 1: true, 2: false, 3: true, 4: false };

const question = [
  '--json=short',
  '--timeout=2',
  '--auto-start=no',
  'get-property',
  'org.freedesktop.NetworkManager',
  '/org/freedesktop/NetworkManager',
  'org.freedesktop.NetworkManager',
  'Metered',
];

/** Runs a program to its end and gives what it printed; throws when it is not there or fails. */
export type Run = (program: string, args: readonly string[]) => Promise<string>;

export const runBriefly: Run = async (program, args) => {
  const options = { timeout: 3 * SECOND_MS, maxBuffer: 64 * 1024, windowsHide: true };
  return (await promisify(execFile)(program, [...args], options)).stdout;
};

/**
 * Whether bytes cost money on the network in use, as NetworkManager sees it; null where nobody says. macOS and
 * Windows tell it only to native code, so that the viewer's own word must do there.
 */
export function createMeteredSource(
  platform: NodeJS.Platform = process.platform,
  run: Run = runBriefly,
): Watched<boolean | null> {
  if (platform !== 'linux') return watched<boolean | null>(null, async () => null);
  return watched<boolean | null>(null, async () => {
    // Also when it fails: an answer of the network before would be a lie about this one.
    const text = await run('busctl', question).catch(() => '{}');
    const answer = Answer.safeParse(parseJson(text));
    return answer.success ? (meanings[answer.data.data] ?? null) : null;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
