import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createCdn } from '../../src/cdn/cdn.ts';
import { openDatabase } from '../../src/database/open.ts';
import { runJob } from '../../src/download/job.ts';
import { planOf } from '../../src/download/plan.ts';
import { createNodePlatform } from '../../src/platform/node-platform.ts';
import type { Presentation, Segment } from '../../src/shared/presentation.ts';
import { storeMigrations } from '../../src/store/migrations.ts';
import { createStore } from '../../src/store/store.ts';
import { createFakeLicenses } from '../../testing/fake-licenses.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import type { MadeFile } from '../parts/files.ts';

export interface DownloadInput {
  readonly url: string;
  /** A JSON file with the `MadeFile[]`: thousands of them are too much for an argument. */
  readonly list: string;
  readonly connections: number;
  readonly folder: string;
  /** false: nothing waits for the disk, as with the peers when they are not followed by `sync`. */
  readonly durable: boolean;
  /** The title has every file so often. */
  readonly times?: number;
  /** Files are encrypted as the service does it, under this key and the IV 0. */
  readonly contentKeyHex?: string;
  readonly plainBytes?: number;
}

export interface DownloadOutput {
  readonly storedBytes: number;
  readonly elapsedMs: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  readonly eventLoopP99Ms: number;
}

/**
 * Downloads a title as the app does it, on everything real: HTTP client, steering, digests, sealing, database.
 * Only the license is given without a service. Prints a DownloadOutput.
 */
const input = JSON.parse(process.argv[2] ?? '{}') as DownloadInput;
const { folder, durable, times = 1 } = input;
const files = JSON.parse(fs.readFileSync(input.list, 'utf8')) as MadeFile[];
const contentKey = Buffer.from(input.contentKeyHex ?? '00'.repeat(16), 'hex');
const log = createRecordingLog();
const platform = createNodePlatform({ host: 'cli', version: '0', userData: folder, log });
const { database } = openDatabase({ folder, migrations: storeMigrations, log });
if (!durable) database.sql.pragma('synchronous = OFF');
const store = createStore({
  folder: path.join(folder, 'downloads'),
  database,
  deviceSecret: randomBytes(32),
  random: (sizeBytes) => platform.random(sizeBytes),
  now: () => platform.clock.now(),
  log,
  ...(!durable && { syncFile: async () => {} }),
});
const segments = Array.from({ length: times }, (_none, time) => time).flatMap((time) =>
  files.map(({ path: file, sizeBytes, sha256 }, number): Segment => {
    const index = time * files.length + number;
    return {
      index,
      path: file,
      startSeconds: index * 4,
      durationSeconds: 4,
      integrity: { sizeBytes, sha256, plainBytes: input.plainBytes ?? sizeBytes },
      ...(input.contentKeyHex && {
        encryption: { method: 'aes-128', keyUri: 'urn:layover:content-key:v', ivHex: '00'.repeat(16) },
      }),
    };
  }),
);
const presentation: Presentation = {
  durationSeconds: segments.length * 4,
  pathways: [{ id: 'oca-1', baseUrl: input.url }],
  video: [
    {
      kind: 'video',
      id: 'v-1080p',
      bandwidthBitsPerSecond: 5_000_000,
      width: 1920,
      height: 1080,
      codecs: 'avc1.640028',
      segments,
    },
  ],
  audio: [],
  subtitles: [],
};
const cdn = createCdn(platform);
const steering = cdn.steer(presentation.pathways, async () => presentation.pathways, {
  priority: 'download',
});
const delay = monitorEventLoopDelay({ resolution: 5 });

delay.enable();
const startMs = performance.now();
const before = process.cpuUsage();
let storedBytes = 0;
await runJob(
  {
    store,
    clock: platform.clock,
    licenses: createFakeLicenses(() => contentKey),
    network: platform.network,
    steering,
    keys: cdn.keys,
  },
  {
    downloadId: 'd',
    videoId: 'v',
    plan: planOf('d', 'v', presentation),
    signal: new AbortController().signal,
    onPhase() {},
    onStock() {},
    onReceived() {},
    reserve: (missing) =>
      store.reserve('d', [
        {
          trackId: 'd.v-1080p',
          plainBytes: missing.reduce((sum, { segment }) => sum + (segment.integrity?.plainBytes ?? 0), 0),
          segments: missing.length,
        },
      ]),
    onStored: (bytes) => (storedBytes += bytes),
  },
);
const elapsedMs = performance.now() - startMs;
const { user, system } = process.cpuUsage(before);
delay.disable();
const held = store.stored('d.v-1080p').length;
if (held !== segments.length) throw new Error(`only ${held} of ${segments.length} segments are stored`);
database.close();
await platform.close();
const output: DownloadOutput = {
  storedBytes,
  elapsedMs,
  cpuSeconds: (user + system) / 1e6,
  peakRssBytes: process.resourceUsage().maxRSS * 1024,
  eventLoopP99Ms: delay.percentile(99) / 1e6,
};
process.stdout.write(`${JSON.stringify(output)}\n`);
