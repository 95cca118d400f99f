import { contentKey, openChildStore } from './child-store.ts';

/**
 * Opens the store in argv[2] and moves it for ever from folder to folder of argv[3] and argv[4], while it puts segments: says
 * "begin <index> <seed>" of each, "<index> <seed>" once it is stored, and "moving" and "moved". A segment is argv[5] again and again, after
 * its seed, 100 kB long. It reserves, so that blocks lie behind the ends of its files.
 */
const [folder = '', one = '', two = '', sentence = '', firstSeed = '0'] = process.argv.slice(2);
const store = openChildStore(folder);
await store.sweep();
const trackId = 'download.v-720p';
await store.createTrack(
  { trackId, downloadId: 'download', videoId: 'video', renditionId: 'v-720p', kind: 'video' },
  contentKey,
);
await store.reserve('download', [{ trackId, plainBytes: 4_000_000, segments: 40 }]);
const track = store.unlock(trackId, contentKey);

async function putOn(): Promise<never> {
  for (let seed = Number(firstSeed); ; seed += 1) {
    const index = seed % 24;
    console.log(`begin ${index} ${seed}`);
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
