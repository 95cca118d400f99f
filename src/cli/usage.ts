import type { z } from 'zod';
import { LayoverError } from '../shared/errors.ts';

/** Parses what stood on the command line. Throws `cli/usage`, which names the option. */
export function parseOptions<T>(schema: z.ZodType<T>, raw: unknown): T {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const name = issue?.path.map(String).join('.') ?? '';
  throw usageError(`${name ? `${optionOf(name)}: ` : ''}${issue?.message ?? 'not usable'}`);
}

export function usageError(reason: string): LayoverError {
  return new LayoverError('cli/usage', { reason: reason.replace(/[.\s]+$/, '') });
}

/** The option as it is typed: `maxHeight` is `--max-height`. */
function optionOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
