import { createDecipheriv } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startService } from '../scripts/journey/processes.ts';
import type { RunningService } from '../scripts/journey/processes.ts';
import { ivOf, segmentNumber } from '../service/encoder/encryption.ts';
import { layoutOf } from '../service/encoder/layout.ts';
import { LogAnswer } from '../service/oca/control.ts';
import type { Fault, FaultRule } from '../service/oca/faults.ts';
import { createEngine } from '../src/engine/engine.ts';
import type { Engine } from '../src/engine/types.ts';
import { createFileSecretBox } from '../src/platform/file-secrets.ts';
import { createNodePlatform } from '../src/platform/node-platform.ts';
import { seedServiceUrl } from '../src/platform/settings.ts';
import type { DownloadView } from '../src/shared/downloads.ts';
import type { Platform } from '../src/shared/platform.ts';
import type { SelectionPreferences } from '../src/shared/selection.ts';
import { makeTestVideo } from './media.ts';
import type { TestVideo } from './media.ts';
import { createRecordingLog } from './recording-log.ts';
import type { RecordingLog } from './recording-log.ts';

export const password = 'layover-demo';
export const email = 'traveler@layover.example';

/** The smallest video with two languages of sound and all subtitles: little to encode, every kind of file. */
export const smallest: SelectionPreferences = {
  video: { rule: 'data-saver' },
  audioLanguages: ['en', 'es'],
  subtitleLanguages: ['en', 'es', 'fr'],
  audioDescription: false,
};

export interface OpenEngine extends Engine {
  readonly log: RecordingLog;
  readonly platform: Platform;
  /** Stops it and closes what the platform holds. */
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly folder: string;
  readonly serviceUrl: string;
  /** What names the machine, in place of this one's name. */
  readonly machineId?: string;
}

/** An engine on plain Node, in this process. */
export async function openEngine({ folder, serviceUrl, machineId }: EngineOptions): Promise<OpenEngine> {
  const log = createRecordingLog();
  const platform = createNodePlatform({ host: 'cli', version: '0.0.0', userData: folder, log });
  seedServiceUrl(platform.settings, serviceUrl);
  const elsewhere =
    machineId === undefined ? {} : { secrets: createFileSecretBox(folder, log, async () => machineId) };
  const engine = await createEngine({ ...platform, ...elsewhere });
  const close = async () => {
    await engine.stop();
    await platform.close();
  };
  return { ...engine, log, platform, close };
}

/** Signs in with the seeded account, as Ana. */
export async function signIn({ client }: Engine): Promise<void> {
  await client.auth.signIn({ email, password });
  const ana = (await client.profiles.list()).find(({ name }) => name === 'Ana');
  if (!ana) throw new Error('the seeded account has no Ana');
  await client.profiles.choose({ profileId: ana.profileId });
}

export interface ServiceWithFilm {
  readonly video: TestVideo;
  readonly dataDir: string;
  readonly running: RunningService;
  /** Every OCA misbehaves so, from now on; nothing: none does. */
  misbehave(...rules: FaultRule[]): Promise<void>;
  /** The statuses that the OCAs have answered with, in no order. */
  statuses(): Promise<number[]>;
  /** Stops all processes; `start` brings them back at the same addresses. */
  stop(): Promise<void>;
  start(...args: string[]): Promise<void>;
  /** What a player must get of a segment; "init" for the file in front of them. */
  plain(renditionId: string, index: number | 'init'): Promise<Buffer>;
  remove(): Promise<void>;
}

/** Every test is another device of the one account. */
const always = ['--no-encode', '--download-devices', '1000'];

/** API and OCAs as processes of their own, with one small real film. */
export async function startServiceWithFilm(...args: string[]): Promise<ServiceWithFilm> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'layover-engine-service-'));
  const video = await makeTestVideo({ dataDir });
  let running = await startService(dataDir, [...always, ...args]);
  const key = Buffer.from(video.record.contentKeyHex, 'hex');
  return {
    video,
    dataDir,
    get running() {
      return running;
    },
    async misbehave(...rules) {
      const init = { method: 'PUT', headers: { 'content-type': 'application/json' } };
      for (const { controlUrl } of running.ocas) {
        const answer = await fetch(controlUrl, { ...init, body: JSON.stringify({ rules }) });
        if (!answer.ok) throw new Error(await answer.text());
      }
    },
    async statuses() {
      const logs = running.ocas.map(async ({ controlUrl }) => {
        const answer = await fetch(new URL('log', controlUrl));
        return LogAnswer.parse(await answer.json()).requests.map(({ status }) => status);
      });
      return (await Promise.all(logs)).flat();
    },
    stop: () => running.stop(),
    async start(...more) {
      running = await startService(dataDir, [...always, ...more]);
    },
    async plain(renditionId, index) {
      const folder = path.join(layoutOf(dataDir).media, video.videoId, renditionId);
      if (index === 'init') return readFile(path.join(folder, 'init.mp4'));
      const at = video.record.renditions.findIndex(({ id }) => id === renditionId);
      const number = segmentNumber(at, index);
      const extension = renditionId.startsWith('s-') ? 'vtt' : 'm4s';
      const decipher = createDecipheriv('aes-128-cbc', key, ivOf(number));
      const bytes = await readFile(path.join(folder, `${number}.${extension}`));
      return Buffer.concat([decipher.update(bytes), decipher.final()]);
    },
    async remove() {
      await running.stop();
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A rule for media segments of one rendition, or of all. */
export const segments = (
  fault: Fault,
  { of = '', times }: { of?: string; times?: number } = {},
): FaultRule => ({
  match: `${of}.*\\.(m4s|vtt)$`,
  fault,
  ...(times === undefined ? {} : { times }),
});

/**
 * A few bytes a second of these media segments: a download that takes them is never silent, and never over while somebody
 * waits, whatever the machine.
 */
export const trickling = (of: string): FaultRule =>
  segments({ kind: 'bandwidth', bytesPerSecond: 40 }, { of });

/** Until a download is so; the view that satisfied. Throws when it failed otherwise. */
export async function reach(
  { client }: Engine,
  downloadId: string,
  satisfies: (view: DownloadView) => boolean,
): Promise<DownloadView> {
  const stop = new AbortController();
  const events = await client.app.events(undefined, { signal: stop.signal });
  try {
    const now = (await client.downloads.list()).find((view) => view.downloadId === downloadId);
    if (now && satisfies(now)) return now;
    for await (const event of events) {
      if (event.type !== 'download' || event.download.downloadId !== downloadId) continue;
      if (satisfies(event.download)) return event.download;
      if (event.download.state === 'failed') throw new Error(JSON.stringify(event.download.error));
    }
    throw new Error('the engine stopped first');
  } finally {
    stop.abort();
  }
}

export const isCompleted = (view: DownloadView): boolean => view.state === 'completed';

/** Every byte that a player is given of these renditions, by "<rendition>/<index>"; throws on a refusal. */
export async function played(
  engine: Engine,
  playlistPath: string,
  renditionIds: readonly string[],
): Promise<Map<string, Buffer>> {
  const got = new Map<string, Buffer>();
  const get = async (at: string): Promise<Buffer> => {
    const response = await engine.media(new Request(new URL(at, 'http://layover.example')));
    const bytes = Buffer.from(await response.arrayBuffer());
    if (!response.ok) throw new Error(`${at}: ${response.status} ${bytes.toString('utf8')}`);
    return bytes;
  };
  for (const renditionId of renditionIds) {
    const playlist = (await get(playlistPath.replace('master', renditionId))).toString('utf8');
    const files = playlist.split('\n').flatMap((line) => /^([^#].*)$|URI="([^"]+\.mp4)"/.exec(line) ?? []);
    for (const file of new Set(files.filter((one) => /^[\w-]+\/\w+\.(m4s|vtt|mp4)$/.test(one ?? ''))))
      got.set(file.replace(/\.\w+$/, ''), await get(playlistPath.replace('master.m3u8', file)));
  }
  return got;
}
