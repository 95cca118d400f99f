import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { openDatabase } from '../../src/database/open.ts';
import { digestOf, encodeHeader, sealedBytesOf } from '../../src/store/format.ts';
import { storeMigrations } from '../../src/store/migrations.ts';
import { createSegmentIndex } from '../../src/store/segment-index.ts';
import { createStore } from '../../src/store/store.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';

export interface ScaleInput {
  /** Holds the database and the sealed files. */
  readonly folder: string;
  readonly titles: number;
  readonly segmentsOfTitle: number;
  readonly step: 'make' | 'open' | 'remove';
  /** Which title is removed. */
  readonly title?: number;
}

export interface ScaleOutput {
  readonly openMs: number;
  readonly listMs: number;
  readonly removeMs: number;
  readonly freedBytes: number;
  readonly indexFreedBytes: number;
}

/** Of a title: picture with most of its segments, sound in two languages. */
const RENDITIONS = ['v-1080p', 'a-en', 'a-es'] as const;
/** Small, so that a million fit on any disk: what is measured is the index, and the removal of real files. */
const PLAIN_BYTES = 8 * 1024;
const input = JSON.parse(process.argv[2] ?? '{}') as ScaleInput;
const { folder } = input;
const log = createRecordingLog();
const downloads = path.join(folder, 'downloads');
const main = path.join(folder, 'layover.db');

function open() {
  const { database, notices } = openDatabase({ folder, migrations: storeMigrations, log });
  if (notices.length > 0) throw new Error('the database is damaged');
  const store = createStore({
    folder: downloads,
    database,
    deviceSecret: new Uint8Array(32),
    random: (sizeBytes) => randomBytes(sizeBytes),
    now: () => Date.now(),
    log,
  });
  return { database, store };
}

/** Rows as `put` writes them, and files of that size; the frames in them are noise, which nobody reads here. */
async function make(): Promise<void> {
  const { database, store } = open();
  const index = createSegmentIndex(database);
  const contentKey = new Uint8Array(16);
  const perTrack = Math.ceil(input.segmentsOfTitle / RENDITIONS.length);
  const recordBytes = sealedBytesOf(PLAIN_BYTES);
  const noise = randomBytes(recordBytes * perTrack);
  for (let title = 0; title < input.titles; title += 1) {
    for (const [n, renditionId] of RENDITIONS.entries()) {
      const downloadId = `download-${title}`;
      const trackId = `${downloadId}.${renditionId}`;
      const kind = n === 0 ? 'video' : 'audio';
      if (title === 0 && n === 0)
        await store.createTrack(
          { trackId, downloadId, videoId: `video-${title}`, renditionId, kind },
          contentKey,
        );
      else {
        // What createTrack does, without a sync for each of 1,500 files.
        const header = encodeHeader(trackId, randomBytes(32));
        fs.writeFileSync(path.join(downloads, `${trackId}.sealed`), header);
        index.addTrack(
          { trackId, downloadId, videoId: `video-${title}`, renditionId, kind },
          digestOf(header),
          randomBytes(60),
        );
      }
      const { track } = index.track(trackId)!;
      const count = Math.min(perTrack, input.segmentsOfTitle - n * perTrack);
      fs.appendFileSync(path.join(downloads, `${trackId}.sealed`), noise.subarray(0, count * recordBytes));
      index.putSegments(
        Array.from({ length: count }, (_none, segment) => ({
          track,
          index: segment,
          fileOffset: 512 + segment * recordBytes,
          plainBytes: PLAIN_BYTES,
          salt: randomBytes(16),
        })),
      );
    }
  }
  await store.close();
  database.close();
}

async function measure(): Promise<ScaleOutput> {
  const startMs = performance.now();
  const { database, store } = open();
  const openMs = performance.now() - startMs;

  const listStartMs = performance.now();
  const downloadIds = new Set(store.tracks().map(({ downloadId }) => downloadId));
  // What the screens of downloads and storage ask of each.
  const used = [...downloadIds].map(
    (downloadId) => store.usedBytes(downloadId) + store.reservedBytes(downloadId),
  );
  store.usedBytes();
  store.reservedBytes();
  store.verifications();
  const listMs = performance.now() - listStartMs;
  if (used.length === 0) throw new Error('nothing is stored');

  let [removeMs, freedBytes, indexFreedBytes] = [0, 0, 0];
  if (input.step === 'remove') {
    const downloadId = `download-${input.title}`;
    database.sql.pragma('wal_checkpoint(TRUNCATE)');
    const before = { index: fs.statSync(main).size, free: await store.freeBytes() };
    const removeStartMs = performance.now();
    await store.removeDownload(downloadId);
    removeMs = performance.now() - removeStartMs;
    freedBytes = (await store.freeBytes()) - before.free;
    indexFreedBytes = before.index - fs.statSync(main).size;
    const left = fs.readdirSync(downloads).filter((name) => name.startsWith(`${downloadId}.`));
    if (left.length > 0 || store.tracks(downloadId).length > 0) throw new Error('it is still there');
  }
  await store.close();
  database.close();
  return { openMs, listMs, removeMs, freedBytes, indexFreedBytes };
}

if (input.step === 'make') {
  await make();
  process.stdout.write('{}\n');
} else process.stdout.write(`${JSON.stringify(await measure())}\n`);
