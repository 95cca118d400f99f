import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { createEngine } from '../engine/engine.ts';
import type { Engine } from '../engine/types.ts';
import { createNodePlatform } from '../platform/node-platform.ts';
import { createLog } from '../platform/log.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Profile } from '../shared/catalog.ts';
import { createOutput, reportError } from './output.ts';
import type { Output } from './output.ts';

/** What every command takes. */
export const CommonOptions = z.object({
  data: z.string().optional(),
  service: z.url().optional(),
  profile: z.string().optional(),
  json: z.boolean().default(false),
  verbose: z.boolean().default(false),
  qaClockOffsetMs: z.coerce.number().int().default(0),
});
export type CommonOptions = z.infer<typeof CommonOptions>;

export interface Session {
  readonly engine: Engine;
  readonly output: Output;
  readonly options: CommonOptions;
  /** Aborts at Ctrl-C: a command stops in an orderly way and says how far it came. */
  readonly signal: AbortSignal;
}

/** Runs one command on an engine of its own; sets the exit code: 0 done, 1 failed, 2 wrongly called, 130 interrupted. */
export async function run(raw: unknown, command: (session: Session) => Promise<void>): Promise<void> {
  const parsed = CommonOptions.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    process.stderr.write(`--${issue?.path.join('.') ?? 'options'}: ${issue?.message ?? 'not usable'}\n`);
    process.exitCode = 2;
    return;
  }
  const options = parsed.data;
  const userData = path.resolve(options.data ?? defaultDataFolder());
  mkdirSync(userData, { recursive: true });
  const log = createLog({
    folder: path.join(userData, 'logs'),
    stderrLevel: options.verbose ? 'debug' : 'silent',
    now: () => Date.now(),
  });
  const platform = createNodePlatform({
    host: 'cli',
    version: '0.1.0',
    userData,
    qaClockOffsetMs: options.qaClockOffsetMs,
    log,
  });
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  let engine: Engine | undefined;
  try {
    engine = await createEngine(platform);
    if (options.service) await engine.client.settings.write({ serviceUrl: options.service });
    const output = createOutput(options.json, process.stdout, process.stderr);
    await command({ engine, output, options, signal: interrupted.signal });
  } catch (thrown) {
    if (interrupted.signal.aborted) process.exitCode = 130;
    else {
      reportError(thrown, options.json, process.stdout, process.stderr);
      process.exitCode = 1;
    }
  } finally {
    await engine?.stop();
    await platform.close();
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  }
}

/** Chooses `--profile` by name, else keeps who was watching, else takes the only or first one without a PIN. */
export async function withProfile({ engine, options }: Session): Promise<Profile> {
  const { client } = engine;
  const status = await client.app.status();
  if (!status.account) throw new LayoverError('auth/signed-out');
  if (status.profile && (!options.profile || options.profile === status.profile.name)) return status.profile;
  const profiles = await client.profiles.list();
  const [name, pin] = (options.profile ?? '').split(':');
  const wanted = options.profile
    ? profiles.find((profile) => profile.name.toLowerCase() === name?.toLowerCase())
    : profiles.find((profile) => !profile.hasPin);
  if (!wanted) throw new LayoverError(options.profile ? 'profile/unknown' : 'profile/not-chosen');
  const chosen = await client.profiles.choose({ profileId: wanted.profileId, ...(pin ? { pin } : {}) });
  return chosen.profile ?? wanted;
}

/** Where the system's other programs keep their data. */
function defaultDataFolder(): string {
  const home = os.homedir();
  if (process.platform === 'win32') return path.join(process.env['APPDATA'] ?? home, 'Layover');
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Layover');
  return path.join(process.env['XDG_CONFIG_HOME'] ?? path.join(home, '.config'), 'Layover');
}
