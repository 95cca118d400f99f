import { asLayoverError, templateOf } from '../shared/errors.ts';
import type { LayoverError } from '../shared/errors.ts';
import type { Bytes, Ms, Seconds } from '../shared/units.ts';
import { usageError } from './usage.ts';

export const FAILED = 1;
export const WRONGLY_CALLED = 2;
/** What a shell reports of a command that SIGINT ended. */
export const INTERRUPTED = 130;

/** Where a command's answer goes: words for people, or exactly one JSON value on standard output. */
export interface Output {
  /** The answer. Called once. */
  answer(value: unknown, words: () => string): void;
  /** Something on the way, on standard error: a line of JSON, or words that replace each other. */
  progress(value: unknown, words: () => string): void;
  /** Something to know besides, on standard error: a line, of JSON with `note`. */
  note(words: string): void;
  /** The answer of a command that failed. */
  failure(error: LayoverError): void;
  /** The answer, if there is none yet, of a command that Ctrl-C ended. Returns the exit code. */
  interrupted(): number;
}

export function createOutput(
  json: boolean,
  out: Pick<NodeJS.WriteStream, 'write'>,
  err: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>,
): Output {
  let lineOpen = false;
  let answered = false;
  const write = (stream: typeof out, text: string): void => {
    if (lineOpen) err.write('\n');
    lineOpen = false;
    stream.write(`${text}\n`);
  };
  return {
    answer(value, words) {
      answered = true;
      write(out, json ? JSON.stringify(value) : words());
    },
    progress(value, words) {
      if (json) err.write(`${JSON.stringify(value)}\n`);
      else if (err.isTTY) {
        err.write(`\r\u001b[2K${words()}`);
        lineOpen = true;
      }
    },
    note(words) {
      write(err, json ? JSON.stringify({ note: words }) : words);
    },
    failure(error) {
      const value = { error: { ...error.toValue(), message: error.message, retry: error.retry } };
      if (!json) write(err, `${error.message} (${error.code}${unsaidReason(error)})`);
      else if (!answered) write(out, JSON.stringify(value));
      answered = true;
      if (error.code === 'internal' && error.cause instanceof Error)
        write(err, error.cause.stack ?? error.cause.message);
    },
    interrupted() {
      if (!answered && json) write(out, JSON.stringify({ interrupted: true }));
      else if (!answered) write(err, 'Interrupted.');
      answered = true;
      return INTERRUPTED;
    },
  };
}

/** "13 hr 30 min", "1 min": how much there is to watch, where a clock would be taken for minutes. */
export function spanInWords(seconds: Seconds): string {
  const minutes = Math.round(seconds / 60);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 ? `${hours} hr` : '', rest > 0 || hours === 0 ? `${rest} min` : '']
    .filter(Boolean)
    .join(' ');
}

/** What went wrong, told in the form that was asked for. Returns the exit code. */
export function reportError(thrown: unknown, output: Output): number {
  const error = asLayoverError(thrown);
  // Names and numbers that the contract refuses were typed by whoever called the command.
  const isUsage = error.code === 'rpc/malformed' || error.code === 'cli/usage';
  output.failure(isUsage ? usageError(String(error.details['reason'])) : error);
  return isUsage ? WRONGLY_CALLED : FAILED;
}

/** A reason that the sentence leaves out, because it is in nobody's language in particular. */
function unsaidReason({ code, details: { reason } }: LayoverError): string {
  return reason === undefined || templateOf(code).includes('{reason}') ? '' : `: ${reason}`;
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
