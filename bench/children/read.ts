import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { openDatabase } from '../../src/database/open.ts';
import { createPlayback } from '../../src/playback/playback.ts';
import type { Playback } from '../../src/playback/types.ts';
import type { Presentation } from '../../src/shared/presentation.ts';
import { storeMigrations } from '../../src/store/migrations.ts';
import { createStore } from '../../src/store/store.ts';
import type { OpenTrack, Store } from '../../src/store/types.ts';
import { createNodePlatform } from '../../src/platform/node-platform.ts';
import { createCdn } from '../../src/cdn/cdn.ts';
import { createFakeLicenses } from '../../testing/fake-licenses.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';

export interface ReadInput {
  /** Holds the database, the sealed track and `plain.bin`, the same bytes in the clear. */
  readonly folder: string;
  readonly segments: number;
  readonly segmentBytes: number;
  /** `make` fills the folder. `whole`: sealed, and nothing leaves before all of a segment is decrypted. */
  readonly from: 'make' | 'sealed' | 'plain' | 'whole';
}

export interface ReadOutput {
  readonly sequentialMegabytesPerSecond: number;
  readonly firstByteMs: number;
  readonly randomP50Ms: number;
  readonly randomP99Ms: number;
}

const RANDOM_READS = 1500;
const RANDOM_BYTES = 256 * 1024;
const FIRST_BYTES = 200;
const input = JSON.parse(process.argv[2] ?? '{}') as ReadInput;
const { folder, segments, segmentBytes } = input;
const contentKey = Uint8Array.from({ length: 16 }, (_none, n) => n);
const log = createRecordingLog();
const platform = createNodePlatform({ host: 'cli', version: '0', userData: folder, log });
const trackId = 'd.v';
const plainFile = path.join(folder, 'plain.bin');

const { database } = openDatabase({ folder, migrations: storeMigrations, log });
const sealed = createStore({
  folder: path.join(folder, 'downloads'),
  database,
  deviceSecret: new Uint8Array(32),
  random: (sizeBytes) => platform.random(sizeBytes),
  now: () => platform.clock.now(),
  log,
});

async function make(): Promise<void> {
  await sealed.createTrack(
    { trackId, downloadId: 'd', videoId: 'v', renditionId: 'v', kind: 'video' },
    contentKey,
  );
  const track = sealed.unlock(trackId, contentKey);
  const plain = fs.openSync(plainFile, 'w');
  for (let index = 0; index < segments; index += 1) {
    const bytes = randomBytes(segmentBytes);
    fs.writeSync(plain, bytes);
    await track.put(index, bytes);
  }
  fs.fsyncSync(plain);
  fs.closeSync(plain);
  track.close();
}

/** What the media handler needs of a store, over a file in the clear, read as Node reads files for the web. */
function plainStore(): Store {
  const one = { plainBytes: segmentBytes };
  const track = {
    read: (index: number, range = { offsetBytes: 0, lengthBytes: segmentBytes }) => {
      const start = index * segmentBytes + range.offsetBytes;
      const end = start + range.lengthBytes - 1;
      return fs.createReadStream(plainFile, { start, end, highWaterMark: 256 * 1024 });
    },
    close() {},
  };
  return {
    stored: () => Array.from({ length: segments }, (_none, index) => ({ index, ...one })),
    storedSegment: (_trackId: string, index: number) => ({ index, ...one }),
    unlock: () => track,
  } as unknown as Store;
}

/** The same sealed track, as if a segment had one tag: nothing is right before all of it is. */
function wholeStore(): Store {
  return {
    ...sealed,
    unlock(id: string, key: Uint8Array): OpenTrack {
      const track = sealed.unlock(id, key);
      return {
        ...track,
        async *read(index, range) {
          const pieces: Uint8Array[] = [];
          for await (const piece of track.read(index, range)) pieces.push(piece);
          yield* pieces;
        },
      };
    },
  };
}

const presentation: Presentation = {
  durationSeconds: segments * 4,
  pathways: [],
  video: [
    {
      kind: 'video',
      id: 'v',
      bandwidthBitsPerSecond: 5_000_000,
      width: 1920,
      height: 1080,
      codecs: 'avc1.640028',
      segments: Array.from({ length: segments }, (_none, index) => ({
        index,
        path: `${index}.m4s`,
        startSeconds: index * 4,
        durationSeconds: 4,
      })),
    },
  ],
  audio: [],
  subtitles: [],
};

async function ask(playback: Playback, sessionId: string, index: number, range?: string): Promise<Response> {
  const headers = range === undefined ? {} : { range };
  const answer = await playback.handle(
    new Request(`http://local/media/${sessionId}/v/${index}.m4s`, { headers }),
  );
  if (!answer.ok || !answer.body)
    throw new Error(`segment ${index}: ${answer.status} ${await answer.text()}`);
  return answer;
}

async function drain(answer: Response): Promise<number> {
  let sizeBytes = 0;
  for await (const piece of answer.body ?? []) sizeBytes += (piece as Uint8Array).byteLength;
  return sizeBytes;
}

async function sequential(playback: Playback, sessionId: string): Promise<number> {
  const startMs = performance.now();
  let sizeBytes = 0;
  for (let index = 0; index < segments; index += 1)
    sizeBytes += await drain(await ask(playback, sessionId, index));
  if (sizeBytes !== segments * segmentBytes) throw new Error(`only ${sizeBytes} bytes came`);
  return sizeBytes / 1e6 / ((performance.now() - startMs) / 1000);
}

/** From the request to the first piece of its body. */
async function firstBytes(playback: Playback, sessionId: string): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < FIRST_BYTES; n += 1) {
    const startMs = performance.now();
    const reader = (await ask(playback, sessionId, (n * 37) % segments)).body!.getReader();
    await reader.read();
    times.push(performance.now() - startMs);
    await reader.cancel();
  }
  return percentile(times, 0.5);
}

async function random(playback: Playback, sessionId: string): Promise<number[]> {
  const times: number[] = [];
  let seed = 1;
  const next = (below: number) => {
    // A generator of Park and Miller: the same places in every run.
    seed = (seed * 48271) % 0x7fffffff;
    return seed % below;
  };
  for (let n = 0; n < RANDOM_READS; n += 1) {
    const start = next(segmentBytes - RANDOM_BYTES);
    const index = next(segments);
    const startMs = performance.now();
    const answer = await ask(playback, sessionId, index, `bytes=${start}-${start + RANDOM_BYTES - 1}`);
    if ((await drain(answer)) !== RANDOM_BYTES) throw new Error('too few bytes');
    times.push(performance.now() - startMs);
  }
  return times;
}

function percentile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * part)] ?? NaN;
}

if (input.from === 'make') {
  await make();
  process.stdout.write('{}\n');
} else {
  const stores = { sealed: () => sealed, plain: plainStore, whole: wholeStore };
  const licenses = createFakeLicenses(() => contentKey);
  await licenses.acquire('v', 'offline');
  const playback = createPlayback({
    store: stores[input.from](),
    licenses,
    cdn: createCdn(platform),
    log,
    newId: () => 'session',
  });
  const { sessionId } = playback.start({ videoId: 'v', presentation, renewPathways: null, downloadId: 'd' });
  // Compiled, and in the system's cache, for all alike: the code is measured, not the disk.
  for (let index = 0; index < segments; index += 1) await drain(await ask(playback, sessionId, index));
  const sequentialMegabytesPerSecond = await sequential(playback, sessionId);
  const firstByteMs = await firstBytes(playback, sessionId);
  const times = await random(playback, sessionId);
  const found: ReadOutput = {
    sequentialMegabytesPerSecond,
    firstByteMs,
    randomP50Ms: percentile(times, 0.5),
    randomP99Ms: percentile(times, 0.99),
  };
  playback.stopAll();
  process.stdout.write(`${JSON.stringify(found)}\n`);
}
await sealed.close();
database.close();
