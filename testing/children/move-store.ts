import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { openDatabase } from '../../src/database/open.ts';
import { storeMigrations } from '../../src/store/migrations.ts';
import { createStore } from '../../src/store/store.ts';
import { createRecordingLog } from '../recording-log.ts';

/**
 * Opens the store in argv[2] and moves it for ever from folder to folder of argv[3] and argv[4], while it puts segments: says
 * "<index> <seed>" for each once it is stored, and "moving" and "moved". A segment is argv[5] again and again, after
 * its seed, 100 kB long. It reserves, so that blocks lie behind the ends of its files.
 */
const [folder = '', one = '', two = '', sentence = '', firstSeed = '0'] = process.argv.slice(2);
const key = Uint8Array.from({ length: 16 }, (_, i) => i);
const { database } = openDatabase({ folder, migrations: storeMigrations, log: createRecordingLog() });
const store = createStore({
  folder: path.join(folder, 'downloads'),
  database,
  deviceSecret: Uint8Array.from({ length: 32 }, (_, i) => i + 16),
  random: (sizeBytes) => new Uint8Array(randomBytes(sizeBytes)),
  now: () => Date.now(),
  log: createRecordingLog(),
});
await store.sweep();
const trackId = 'download.v-720p';
await store.createTrack(
  { trackId, downloadId: 'download', videoId: 'video', renditionId: 'v-720p', kind: 'video' },
  key,
);
await store.reserve('download', [{ trackId, plainBytes: 4_000_000, segments: 40 }]);
const track = store.unlock(trackId, key);

async function putOn(): Promise<never> {
  for (let seed = Number(firstSeed); ; seed += 1) {
    const index = seed % 24;
    await track.put(index, Buffer.from(`${seed} ${sentence} `.repeat(5000).slice(0, 100_000)));
    console.log(`${index} ${seed}`);
  }
}
async function moveOn(): Promise<never> {
  for (;;) {
    console.log('moving');
    await store.move(store.folder === one ? two : one);
    console.log('moved');
  }
}
await Promise.all([putOn(), moveOn()]);
