import { existsSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { loadPresentation } from '../../src/manifest/index.ts';
import { isLayoverError } from '../../src/shared/errors.ts';
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

for (const file of process.argv.slice(2)) {
  collectGarbage();
  const decoder = new TextDecoder();
  const textOf = (name: string) => decoder.decode(readFileSync(name));
  const fetchText = async (url: string) =>
    textOf(url === manifestUrl || !existsSync(`${file}.media`) ? file : `${file}.media`);
  let outcome: string;
  let reason = '';
  let files = 0;
  try {
    const read = await loadPresentation({ manifestUrl, fetchText });
    Presentation.parse({ ...read, video: [], audio: [], subtitles: [] });
    for (const rendition of renditionsOf(read)) files += filesOf(rendition).length;
    outcome = 'read';
  } catch (error) {
    outcome = isLayoverError(error) ? error.code : 'crash';
    reason = isLayoverError(error) ? String(error.details['reason'] ?? '') : String(error);
  }
  const peakMiB = Math.round((process.resourceUsage().maxRSS - base) / 1024);
  process.stdout.write(`${JSON.stringify({ file, outcome, reason, files, peakMiB })}\n`);
}
