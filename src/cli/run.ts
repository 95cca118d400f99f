import path from 'node:path';
import { z } from 'zod';
import { createEngine } from '../engine/engine.ts';
import type { Engine } from '../engine/types.ts';
import { createNodePlatform } from '../platform/node-platform.ts';
import type { NodePlatform } from '../platform/node-platform.ts';
import { createLog } from '../platform/log.ts';
import { defaultUserData, versionIn } from '../platform/places.ts';
import { seedServiceUrl } from '../platform/settings.ts';
import { LayoverError } from '../shared/errors.ts';
import { ADDRESS_ID_PREFIX, isAddressId } from '../shared/catalog.ts';
import type { Platform } from '../shared/platform.ts';
import type { Profile } from '../shared/catalog.ts';
import { createOutput, reportError } from './output.ts';
import type { Output } from './output.ts';
import { onInterrupt } from './interrupt.ts';
import { parseOptions } from './usage.ts';

/** What every command takes. */
export const CommonOptions = z.object({
  data: z.string().min(1).optional(),
  service: z.url({ protocol: /^https?$/ }).optional(),
  profile: z.string().min(1).optional(),
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

const root = path.resolve(import.meta.dirname, '../..');

/**
 * Runs one command on an engine of its own; sets the exit code: 0 done, 1 failed, 2 wrongly called, 130
 * interrupted.
 */
export async function run(raw: object, command: (session: Session) => Promise<void>): Promise<void> {
  const output = createOutput('json' in raw && raw.json === true, process.stdout, process.stderr);
  const interrupted = new AbortController();
  let platform: NodePlatform | undefined;
  let engine: Engine | undefined;
  const stopListening = onInterrupt(() => {
    interrupted.abort();
    // Ends the calls that nobody can wait for any more; a command that listens has all that it wants to say.
    void engine?.stop();
  });
  try {
    const options = parseOptions(CommonOptions, raw);
    platform = platformFor(options);
    engine = await createEngine(await underLab(platform, options.qaClockOffsetMs));
    interrupted.signal.throwIfAborted();
    await command({ engine, output, options, signal: interrupted.signal });
  } catch (thrown) {
    process.exitCode = interrupted.signal.aborted ? output.interrupted() : reportError(thrown, output);
  } finally {
    await engine?.stop();
    await platform?.close();
    stopListening();
  }
}

/** Runs a command that needs no engine; sets the exit code: 0 done, 1 failed, 2 wrongly called. */
export async function runAlone(
  raw: { json?: unknown },
  command: (output: Output) => Promise<void>,
): Promise<void> {
  const output = createOutput(raw.json === true, process.stdout, process.stderr);
  try {
    await command(output);
  } catch (thrown) {
    process.exitCode = reportError(thrown, output);
  }
}

/** Under the lab's clock, where a tester asked for another than the machine's. */
async function underLab(platform: NodePlatform, offsetMs: number): Promise<Platform> {
  return offsetMs === 0 ? platform : (await import('../lab/lab.ts')).createLab(platform, offsetMs).platform;
}

function platformFor(options: CommonOptions): NodePlatform {
  const userData = path.resolve(options.data ?? defaultUserData(process.env));
  const log = createLog({
    folder: path.join(userData, 'logs'),
    stderrLevel: options.verbose ? 'debug' : 'silent',
    now: () => Date.now(),
  });
  const platform = createNodePlatform({
    host: 'cli',
    version: versionIn(root),
    userData,
    log,
  });
  seedServiceUrl(platform.settings, options.service);
  return platform;
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

/** For what works without anybody signed in: who is watching stays who it was, unless somebody is named. */
export async function withNamedProfile(session: Session): Promise<void> {
  if (session.options.profile) await withProfile(session);
}

/** What was opened from an address needs nobody to be signed in; everything else a profile. */
export async function withViewer(session: Session, name?: string): Promise<void> {
  const { account } = await session.engine.client.app.status();
  if (account || session.options.profile || !isAddressId(name ?? ADDRESS_ID_PREFIX))
    await withProfile(session);
}
