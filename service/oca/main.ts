import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Id } from '../../src/shared/catalog.ts';
import { everything, holdingsFromFile } from './holdings.ts';
import { createOca } from './server.ts';

/**
 * One OCA in its own process. Prints one JSON line, {"ocaId","url","pid"}, once it listens; ends on SIGTERM,
 * SIGINT, or when its standard input closes, so that it never outlives whoever started it.
 */
const Options = z.object({
  id: Id,
  port: z.coerce.number().int().min(0).max(65535).default(0),
  media: z.string().min(1),
  holds: z.string().min(1).optional(),
  control: z.boolean().default(false),
  'qa-clock-offset-ms': z.coerce.number().int().default(0),
});
const Env = z.object({ LAYOVER_OCA_SECRET: z.string().min(16) });

const usage =
  'usage: LAYOVER_OCA_SECRET=… node service/oca/main.ts --id ID --media DIR [--port N] [--holds FILE] ' +
  '[--control] [--qa-clock-offset-ms N]';

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        id: { type: 'string' },
        port: { type: 'string' },
        media: { type: 'string' },
        holds: { type: 'string' },
        control: { type: 'boolean' },
        'qa-clock-offset-ms': { type: 'string' },
      },
    });
    return { ...Options.parse(values), secret: Env.parse(process.env).LAYOVER_OCA_SECRET };
  } catch (thrown) {
    const why = thrown instanceof z.ZodError ? z.prettifyError(thrown) : String(thrown);
    process.stderr.write(`${why}\n${usage}\n`);
    process.exit(2);
  }
}

const options = readOptions();
const server = createOca({
  ocaId: options.id,
  mediaDir: options.media,
  holdings: options.holds ? holdingsFromFile(options.holds) : everything,
  secret: options.secret,
  nowMs: () => Date.now() + options['qa-clock-offset-ms'],
  hasControl: options.control,
});

server.on('error', (error) => {
  process.stderr.write(`${options.id}: ${error.message}\n`);
  process.exit(1);
});
server.listen(options.port, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const ready = { ocaId: options.id, url: `http://127.0.0.1:${port}`, pid: process.pid };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
});

const stop = () => process.exit(0);
process.once('SIGTERM', stop).once('SIGINT', stop);
process.stdin.once('end', stop).once('close', stop).resume();
