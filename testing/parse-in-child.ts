import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryFolder } from './temporary-folder.ts';

export interface ManifestCase {
  readonly name: string;
  readonly manifest: string | Uint8Array;
  /** What any other address gives; default: the manifest itself. */
  readonly media?: string | Uint8Array;
}

export interface ManifestOutcome {
  /** "read", a code of the error register, or "crash". */
  readonly outcome: string;
  readonly reason: string;
  /** Segments and init segments of all renditions. */
  readonly files: number;
  /** The most memory that the process had so far beyond what it began with (resident set). */
  readonly peakMiB: number;
}

/**
 * What `loadPresentation` makes of each text, by name, in one process whose heap may hold no more than
 * `heapMiB`: itself, the text and all that is made of it. A process that runs out of memory, or is not done
 * when the deadline comes, is killed, and the error names the text that it was at.
 */
export async function parseInChild(
  cases: readonly ManifestCase[],
  { heapMiB = 64, deadlineMs = 120_000 } = {},
): Promise<Map<string, ManifestOutcome>> {
  const folder = temporaryFolder();
  const files = cases.map(({ manifest, media }, at) => {
    const file = path.join(folder, String(at));
    writeFileSync(file, manifest);
    if (media !== undefined) writeFileSync(`${file}.media`, media);
    return file;
  });
  // The young generation is kept small, so that the limit is about what is alive.
  const flags = [`--max-old-space-size=${heapMiB}`, '--max-semi-space-size=4'];
  const child = spawn(
    process.execPath,
    [...flags, path.join(import.meta.dirname, 'children/parse-manifest.ts'), ...files],
    { stdio: ['ignore', 'pipe', 'pipe'], timeout: deadlineMs, killSignal: 'SIGKILL' },
  );
  const [lines, complaints] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  const outcomes = lines.split('\n').filter(Boolean).map((line) => JSON.parse(line) as ManifestOutcome); // prettier-ignore
  const stuck = cases[outcomes.length];
  if (stuck)
    throw new Error(`${stuck.name}: ${child.signalCode ?? child.exitCode}\n${complaints.slice(0, 500)}`);
  return new Map(outcomes.map((outcome, at) => [cases[at]?.name ?? '', outcome]));
}
