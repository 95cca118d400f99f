import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';

/** What a host can be told when it is started. Both hosts understand the first five. */
export const HostOptions = z.object({
  /** Folder for everything that belongs to the user of this app. */
  data: z
    .string()
    .min(1)
    .transform((folder) => path.resolve(folder))
    .optional(),
  service: z.url({ protocol: /^https?$/ }).optional(),
  /** For testers: with the license lab, where this build has one. */
  qa: z.boolean().default(false),
  /** Where the lab's clock begins, off the machine's. */
  'qa-clock-offset-ms': z.coerce.number().int().default(0),
  'log-level': z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('warn'),
  port: z.coerce.number().int().min(0).max(65535).default(0),
  open: z.enum(['app', 'print']).default('app'),
  json: z.boolean().default(false),
});
export type HostOptions = z.infer<typeof HostOptions>;

const flags = {
  data: { type: 'string' },
  service: { type: 'string' },
  qa: { type: 'boolean' },
  'qa-clock-offset-ms': { type: 'string' },
  'log-level': { type: 'string' },
  port: { type: 'string' },
  open: { type: 'string' },
  json: { type: 'boolean' },
} as const;

/** Something on the command line that cannot be used; its message says which and why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Parses the arguments after the script's name. Throws UsageError. With `strict: false` what is not ours is
 * passed over: Chromium has switches of its own on Electron's command line.
 */
export function parseHostOptions(argv: readonly string[], { strict = true } = {}): HostOptions {
  let values: Record<string, unknown>;
  try {
    ({ values } = parseArgs({ args: joinNegative(argv), options: flags, strict, allowPositionals: !strict }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  const parsed = HostOptions.safeParse(values);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(`--${issue?.path.join('.')}: ${issue?.message}`);
}

/** `--qa-clock-offset-ms -5`: parseArgs takes a value that begins with "-" only when it is joined by "=". */
function joinNegative(argv: readonly string[]): string[] {
  const joined: string[] = [];
  for (const argument of argv) {
    const last = joined.at(-1);
    if (/^-\d+$/.test(argument) && last?.startsWith('--') && !last.includes('='))
      joined[joined.length - 1] = `${last}=${argument}`;
    else joined.push(argument);
  }
  return joined;
}
