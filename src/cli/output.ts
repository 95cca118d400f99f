import { asLayoverError } from '../shared/errors.ts';
import type { Bytes, Ms, Seconds } from '../shared/units.ts';

/** Where a command's answer goes: words for people, or exactly one JSON value on standard output. */
export interface Output {
  readonly json: boolean;
  /** The answer. Called once. */
  answer(value: unknown, words: () => string): void;
  /** Something on the way, on standard error: a line of JSON, or words that replace each other. */
  progress(value: unknown, words: () => string): void;
}

export function createOutput(json: boolean, out: NodeJS.WriteStream, err: NodeJS.WriteStream): Output {
  let lineOpen = false;
  return {
    json,
    answer(value, words) {
      if (lineOpen) err.write('\n');
      lineOpen = false;
      out.write(json ? `${JSON.stringify(value)}\n` : `${words()}\n`);
    },
    progress(value, words) {
      if (json) err.write(`${JSON.stringify(value)}\n`);
      else if (err.isTTY) {
        err.write(`\r\u001b[2K${words()}`);
        lineOpen = true;
      }
    },
  };
}

/** What went wrong, in the form that was asked for; always on standard error's side of the exit code. */
export function reportError(
  thrown: unknown,
  json: boolean,
  out: NodeJS.WriteStream,
  err: NodeJS.WriteStream,
): void {
  const error = asLayoverError(thrown);
  if (json)
    out.write(
      `${JSON.stringify({ error: { ...error.toValue(), message: error.message, retry: error.retry } })}\n`,
    );
  else err.write(`${error.message} (${error.code})\n`);
  if (error.code === 'internal' && error.cause instanceof Error)
    err.write(`${error.cause.stack ?? error.cause.message}\n`);
}

export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => [...(row[column] ?? '')].length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function sizeInWords(bytes: Bytes): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const step = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** step);
}

export function durationInWords(seconds: Seconds): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [h, m, s] = parts.map((n) => String(n).padStart(2, '0'));
  return parts[0] ? `${h}:${m}:${s}` : `${m}:${s}`;
}

export function momentInWords(atMs: Ms): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(atMs);
}
