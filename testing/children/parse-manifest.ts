import { existsSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadPresentation } from '../../src/manifest/index.ts';
import { isLayoverError } from '../../src/shared/errors.ts';
import { reasonWords } from '../../src/shared/manifest-reasons.ts';
import { filesOf, Presentation, renditionsOf } from '../../src/shared/presentation.ts';

/**
 * Reads each file named on the command line as a manifest, and says in a line of JSON what came of it. Whatever
 * else the manifest asks for is the file's neighbor `<file>.media`. In a process of its own, so that a hang can
 * be killed, and so that its memory is its own: see `testing/parse-in-child.ts`.
 */
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const manifestUrl = 'https://cdn.example/show/manifest';
const base = process.resourceUsage().maxRSS;

/** A function, so that nothing of a manifest outlives it. */
async function outcomeOf(file: string): Promise<{ outcome: string; reason: string; files: number }> {
  const decoder = new TextDecoder();
  const textOf = (name: string) => decoder.decode(readFileSync(name));
  const fetchText = async (url: string) =>
    textOf(url === manifestUrl || !existsSync(`${file}.media`) ? file : `${file}.media`);
  try {
    const read = await loadPresentation({ manifestUrl, fetchText });
    Presentation.parse({ ...read, video: [], audio: [], subtitles: [] });
    const files = renditionsOf(read).reduce((sum, rendition) => sum + filesOf(rendition).length, 0);
    return { outcome: 'read', reason: '', files };
  } catch (error) {
    if (!isLayoverError(error)) return { outcome: 'crash', reason: String(error), files: 0 };
    return { outcome: error.code, reason: reasonWords(error.details) ?? '', files: 0 };
  }
}

for (const file of process.argv.slice(2)) {
  collectGarbage();
  const outcome = await outcomeOf(file);
  const peakMiB = Math.round((process.resourceUsage().maxRSS - base) / 1024);
  process.stdout.write(`${JSON.stringify({ file, ...outcome, peakMiB })}\n`);
}
