import { parseArgs } from 'node:util';
import { prepareDemoCatalog } from './demo/catalog.ts';

/**
 * Prepares the demo catalog in a data folder. Prints one JSON line a step: {"done","total","name","fraction"}.
 * Ends on SIGTERM, SIGINT, or when its standard input closes; started again, it goes on.
 */
const { values } = parseArgs({ options: { data: { type: 'string' } } });
if (values.data === undefined) {
  process.stderr.write('usage: node service/encoder/main.ts --data DIR\n');
  process.exit(2);
}
const stopped = new AbortController();
const stop = () => stopped.abort();
process.once('SIGTERM', stop).once('SIGINT', stop);
process.stdin.once('end', stop).once('close', stop).resume();
try {
  await prepareDemoCatalog({
    dataDir: values.data,
    signal: stopped.signal,
    onProgress: (done, total, name, fraction) =>
      process.stdout.write(`${JSON.stringify({ done, total, name, fraction })}\n`),
  });
  process.exit(0);
} catch (error) {
  if (stopped.signal.aborted) process.exit(0);
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
