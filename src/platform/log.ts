import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Log, LogFields } from '../shared/platform.ts';
import type { Bytes, Ms } from '../shared/units.ts';

const levels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof levels)[number];
export const logLevels: readonly LogLevel[] = levels;

export interface LogOptions {
  /** Where layover.log lies, with its older parts layover.1.log (newest) to layover.3.log. */
  readonly folder: string;
  /** The least level that also goes to stderr. The file takes everything. */
  readonly stderrLevel: LogLevel;
  readonly now: () => Ms;
  readonly maxBytes?: Bytes;
  readonly stderr?: (line: string) => void;
}

const DEFAULT_MAX_BYTES: Bytes = 2 * 1024 * 1024;
const OLDER_PARTS = 3;

/**
 * JSON lines, one an event: `{"time","level","event",…fields}`. Written at once, so that the last line
 * before a crash is there. Secrets are kept out here, once, whatever a caller passes: see `hideSecrets`.
 */
export function createLog(options: LogOptions): Log {
  const { folder, stderrLevel, now, maxBytes = DEFAULT_MAX_BYTES } = options;
  const stderr = options.stderr ?? ((line: string) => process.stderr.write(line));
  const file = path.join(folder, 'layover.log');
  let sizeBytes = sizeOf(file);
  let canWrite = makeFolder(folder);

  const write = (level: Exclude<LogLevel, 'silent'>, event: string, fields: LogFields = {}) => {
    const line = `${JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...hideSecrets(fields) })}\n`;
    if (levels.indexOf(level) >= levels.indexOf(stderrLevel)) stderr(line);
    if (!canWrite) return;
    try {
      if (sizeBytes > 0 && sizeBytes + line.length > maxBytes) {
        rotate(folder);
        sizeBytes = 0;
      }
      appendFileSync(file, line, { mode: 0o600 });
      sizeBytes += Buffer.byteLength(line);
    } catch (error) {
      // A full disk or a folder that became read-only must not stop the app for the sake of its log.
      canWrite = false;
      stderr(`${JSON.stringify({ level: 'warn', event: 'log.stopped', reason: String(error) })}\n`);
    }
  };
  return {
    debug: (event, fields) => write('debug', event, fields),
    info: (event, fields) => write('info', event, fields),
    warn: (event, fields) => write('warn', event, fields),
    error: (event, fields) => write('error', event, fields),
  };
}

const SECRET_NAME =
  /token|secret|password|passphrase|authorization|cookie|credential|\bpin\b|(^|[a-z])keys?$/i;
const HIDDEN = '(hidden)';

/**
 * Takes out what must not be written down: fields named like a secret, signed tokens (JWS, JWE), an
 * address's query, and the signature in an OCA's address (`/s/<video>.<expiry>.<signature>/`).
 */
export function hideSecrets(fields: LogFields): LogFields {
  const shown: LogFields = {};
  for (const [name, value] of Object.entries(fields)) {
    if (SECRET_NAME.test(name)) shown[name] = HIDDEN;
    else shown[name] = typeof value === 'string' ? hideInText(value) : value;
  }
  return shown;
}

function hideInText(text: string): string {
  return text
    .replaceAll(/\beyJ[\w-]+(\.[\w-]*){2,4}/g, HIDDEN)
    .replaceAll(/(\/s\/[^/\s.]+\.\d+\.)[^/\s]+/g, `$1${HIDDEN}`)
    .replaceAll(/(https?:\/\/[^\s?]+\?)[^\s"]+/g, `$1${HIDDEN}`);
}

function rotate(folder: string): void {
  for (let part = OLDER_PARTS - 1; part >= 0; part -= 1) {
    const from = path.join(folder, part === 0 ? 'layover.log' : `layover.${part}.log`);
    if (sizeOf(from) > 0) renameSync(from, path.join(folder, `layover.${part + 1}.log`));
  }
}

function makeFolder(folder: string): boolean {
  try {
    // The first thing made in a new user's folder: what lies in it is nobody else's.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return true;
  } catch {
    return false;
  }
}

function sizeOf(file: string): Bytes {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
