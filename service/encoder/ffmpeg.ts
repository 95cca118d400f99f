import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants, setPriority } from 'node:os';
import { z } from 'zod';
import { LayoverError } from '../../src/shared/errors.ts';

/** Where the tools are. ffprobe is a convenience: whatever needs it must also work without. */
export interface Ffmpeg {
  readonly ffmpeg: string;
  readonly ffprobe: string | undefined;
  /** Names of the filters and sources that this binary was built with. */
  readonly filters: ReadonlySet<string>;
}

const Env = z.object({
  FFMPEG_PATH: z.string().min(1).optional().catch(undefined),
  FFPROBE_PATH: z.string().min(1).optional().catch(undefined),
});

/**
 * FFMPEG_PATH, else the system's, else the one that npm brought (built in 2018 and without ffprobe: enough
 * for everything here). A path that was set and does not run is an error, never silently passed over.
 * Errors: `encode/no-ffmpeg`.
 */
export function findFfmpeg(env: NodeJS.ProcessEnv = process.env): Ffmpeg {
  const wanted = Env.parse(env);
  const candidates = wanted.FFMPEG_PATH ? [wanted.FFMPEG_PATH] : ['ffmpeg', npmFfmpeg()];
  for (const ffmpeg of candidates) {
    const filters = ffmpeg ? filtersOf(ffmpeg, env) : undefined;
    if (!ffmpeg || !filters) continue;
    return { ffmpeg, ffprobe: runs(wanted.FFPROBE_PATH ?? 'ffprobe', env), filters };
  }
  throw new LayoverError('encode/no-ffmpeg');
}

function filtersOf(ffmpeg: string, env: NodeJS.ProcessEnv): Set<string> | undefined {
  const listing = spawnSync(ffmpeg, ['-hide_banner', '-filters'], { encoding: 'utf8', env });
  if (listing.status !== 0) return undefined;
  const names = listing.stdout.matchAll(/^ [A-Z.|]{2,3} +(\S+) +\S+->\S+/gm);
  return new Set(Array.from(names, (match) => match[1] ?? ''));
}

function runs(program: string, env: NodeJS.ProcessEnv): string | undefined {
  return spawnSync(program, ['-version'], { stdio: 'ignore', env }).status === 0 ? program : undefined;
}

function npmFfmpeg(): string | undefined {
  try {
    const installed: unknown = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg');
    return z.object({ path: z.string() }).parse(installed).path;
  } catch {
    return undefined; // Not installed, or not made for this kind of machine.
  }
}

export interface RunOptions {
  /** File names in `args` and in filters are relative to it: no path ever needs escaping in a filter. */
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
  /** Called about twice a second with the position reached in the output. */
  readonly onSeconds?: ((seconds: number) => void) | undefined;
  /** The source is somebody's file: a failure is its fault, not ours. */
  readonly blame?: 'source' | 'us';
}

/**
 * Runs ffmpeg to its end.
 * @returns what it wrote to standard error at log level error: empty when all was well
 * Errors: `encode/failed` or `encode/bad-source` with ffmpeg's last words; the signal's reason when aborted,
 * after the process has really ended.
 */
export function runFfmpeg({ ffmpeg }: Ffmpeg, args: string[], options: RunOptions): Promise<string> {
  options.signal?.throwIfAborted();
  const all = ['-hide_banner', '-nostdin', '-y', '-v', 'error', '-progress', 'pipe:1', ...args];
  const child = spawn(ffmpeg, all, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  stepBack(child.pid);
  const kill = () => child.kill('SIGKILL');
  options.signal?.addEventListener('abort', kill, { once: true });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-8000);
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const position = Array.from(text.matchAll(/^out_time_(?:ms|us)=(\d+)/gm)).at(-1)?.[1];
    // Both names count microseconds: out_time_ms is misnamed in every ffmpeg there is.
    if (position) options.onSeconds?.(Number(position) / 1_000_000);
  });
  return new Promise((resolve, reject) => {
    child.on('error', () => reject(new LayoverError('encode/no-ffmpeg')));
    child.on('close', (code) => {
      options.signal?.removeEventListener('abort', kill);
      if (options.signal?.aborted) return reject(options.signal.reason as Error);
      if (code === 0) return resolve(errors);
      const reason = errors.trim().split('\n').slice(-3).join(' | ') || `ffmpeg ended with code ${code}`;
      reject(
        new LayoverError(options.blame === 'source' ? 'encode/bad-source' : 'encode/failed', { reason }),
      );
    });
  });
}

/** Encoding may take its time; what the viewer does meanwhile may not. */
function stepBack(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not everywhere allowed, and the process may be gone already.
  }
}
