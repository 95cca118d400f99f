import { contentKey, openChildStore } from './child-store.ts';

/**
 * Puts segments for ever into the store in argv[2], four at a time, numbers 0 to 15 again and again, and says
 * "<index> <seed> <size>" for each once it is stored. Seeds begin at argv[3]; contents are those of
 * `segmentBytes(seed, size)`, written out here because this process has no test around it.
 */
const [folder = '', firstSeed = '0'] = process.argv.slice(2);
const store = openChildStore(folder);
await store.createTrack(
  {
    trackId: 'download.v-720p',
    downloadId: 'download',
    videoId: 'video',
    renditionId: 'v-720p',
    kind: 'video',
  },
  contentKey,
);
const track = store.unlock('download.v-720p', contentKey);

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
