import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { isLayoverError } from '../../src/shared/errors.ts';
import { ingestFile } from './ingest-file.ts';

/** `npm run ingest -- FILE [--title NAME] [--data DIR]`: progress on standard error, the title's id on standard output. */
const usage = 'usage: npm run ingest -- FILE [--title NAME] [--data DIR]';
const defaultData = path.resolve(import.meta.dirname, '../../.layover/service');

const Arguments = z.object({
  positionals: z.tuple([z.string().min(1)], { error: 'name one video file' }),
  values: z.object({
    title: z.string().min(1).max(200).optional(),
    data: z.string().min(1).default(defaultData),
  }),
});

function readArguments() {
  try {
    const options = { title: { type: 'string' }, data: { type: 'string' } } as const;
    return Arguments.parse(parseArgs({ allowPositionals: true, options }));
  } catch (thrown) {
    const why = thrown instanceof z.ZodError ? z.prettifyError(thrown) : (thrown as Error).message;
    process.stderr.write(`${why}\n${usage}\n`);
    process.exit(2);
  }
}

const { positionals, values } = readArguments();
const [file] = positionals;
const stopping = new AbortController();
process.once('SIGINT', () => stopping.abort(new Error('stopped')));
process.once('SIGTERM', () => stopping.abort(new Error('stopped')));

let shown = -1;
const onFraction = (fraction: number) => {
  const percent = Math.floor(fraction * 100);
  if (percent === shown) return;
  shown = percent;
  process.stderr.write(process.stderr.isTTY ? `\rencoding ${percent} %` : `encoding ${percent} %\n`);
};
try {
  const { titleId } = await ingestFile({
    dataDir: values.data,
    file,
    title: values.title,
    signal: stopping.signal,
    onFraction,
  });
  process.stderr.write(process.stderr.isTTY ? '\n' : '');
  process.stdout.write(`${titleId}\n`);
} catch (thrown) {
  const known = isLayoverError(thrown) || stopping.signal.aborted;
  process.stderr.write(`\n${known ? (thrown as Error).message : String((thrown as Error).stack)}\n`);
  process.exitCode = 1;
}
