import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { openDatabase } from '../../src/database/open.ts';
import { storeMigrations } from '../../src/store/migrations.ts';
import { createStore } from '../../src/store/store.ts';
import { createRecordingLog } from '../recording-log.ts';

/**
 * Puts segments for ever into the store in argv[2], four at a time, numbers 0 to 15 again and again, and says
 * "<index> <seed> <size>" for each once it is stored. Seeds begin at argv[3]; contents are those of
 * `segmentBytes(seed, size)`, written out here because this process has no test around it.
 */
const [folder = '', firstSeed = '0'] = process.argv.slice(2);
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
await store.createTrack(
  {
    trackId: 'download.v-720p',
    downloadId: 'download',
    videoId: 'video',
    renditionId: 'v-720p',
    kind: 'video',
  },
  key,
);
const track = store.unlock('download.v-720p', key);

async function putOn(lane: number): Promise<never> {
  for (let seed = Number(firstSeed) + lane; ; seed += 4) {
    // A lane has numbers of its own, so what it said last about one is what is stored.
    const index = seed % 16;
    const sizeBytes = 1 + ((seed * 7919) % 400_000);
    const bytes = Buffer.alloc(sizeBytes);
    for (let i = 0; i < sizeBytes; i += 1) bytes[i] = (i * 31 + (i >> 8) * 17 + seed * 101) & 0xff;
    console.log(`begin ${index} ${seed} ${sizeBytes}`);
    await track.put(index, bytes);
    console.log(`${index} ${seed} ${sizeBytes}`);
  }
}
await Promise.all([0, 1, 2, 3].map(putOn));
