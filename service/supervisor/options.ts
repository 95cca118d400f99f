import { parseArgs } from 'node:util';
import { z } from 'zod';

const Options = z.object({
  data: z.string().min(1),
  port: z.coerce.number().int().min(0).max(65535).optional(),
  ocas: z.coerce.number().int().min(1).max(10).default(4),
  control: z.boolean().default(false),
  'qa-clock-offset-ms': z.coerce.number().int().default(0),
  'address-valid-seconds': z.coerce.number().int().positive().optional(),
  'download-devices': z.coerce.number().int().positive().optional(),
  'no-encode': z.boolean().default(false),
  'no-restart': z.boolean().default(false),
  'exit-with-parent': z.boolean().default(false),
  json: z.boolean().default(false),
  verbose: z.boolean().default(false),
});
export type Options = z.infer<typeof Options>;

export const usage = `usage: node service/main.ts --data DIR [options]
  --port N                   of the API; 0 chooses one (default: the one used last)
  --ocas N                   how many OCAs (default 4)
  --control                  let faults be set at the OCAs
  --qa-clock-offset-ms=N     move the clock of all processes
  --address-valid-seconds N  how long signed addresses work (default 4 hours)
  --download-devices N       devices of an account that may hold downloads (default: by plan)
  --no-encode                do not prepare the demo catalog
  --no-restart               leave an OCA dead when it dies
  --exit-with-parent         end when standard input closes
  --json                     one JSON object an event on standard output
  --verbose                  log every request to DATA/service.log
`;

/** Throws an error with a sentence. */
export function readOptions(argv: string[]): Options {
  const flag = { type: 'boolean' } as const;
  const value = { type: 'string' } as const;
  const { values } = parseArgs({
    args: argv,
    options: {
      data: value,
      port: value,
      ocas: value,
      control: flag,
      'qa-clock-offset-ms': value,
      'address-valid-seconds': value,
      'download-devices': value,
      'no-encode': flag,
      'no-restart': flag,
      'exit-with-parent': flag,
      json: flag,
      verbose: flag,
    },
  });
  const parsed = Options.safeParse(values);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  return parsed.data;
}
