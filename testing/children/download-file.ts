import path from 'node:path';
import { createCdn } from '../../src/cdn/cdn.ts';
import { runJob } from '../../src/download/job.ts';
import { planOf } from '../../src/download/plan.ts';
import { createNodePlatform } from '../../src/platform/node-platform.ts';
import type { Presentation } from '../../src/shared/presentation.ts';
import { createFakeLicenses } from '../fake-licenses.ts';
import { createRecordingLog } from '../recording-log.ts';
import { openChildStore } from './child-store.ts';

/**
 * Downloads the presentation in argv[3] from the server at argv[4] into the store in argv[2], as the app does it.
 * The content key is argv[5], in hex. Says "kept <bytes>" whenever more of what is not whole is kept, and "done".
 */
const [folder = '', text = '', baseUrl = '', keyHex = ''] = process.argv.slice(2);
const presentation = { ...(JSON.parse(text) as Presentation), pathways: [{ id: 'oca-1', baseUrl }] };
const store = openChildStore(folder);
const log = createRecordingLog();
const platform = createNodePlatform({ host: 'cli', version: '0', userData: path.join(folder, 'data'), log });
const cdn = createCdn(platform);
const plan = planOf('download', 'video', presentation);

let told = 0;
const watching = setInterval(() => {
  const kept = plan.tracks.flatMap(({ trackId }) => store.parts(trackId));
  const keptBytes = kept.reduce((sum, each) => sum + each.keptBytes, 0);
  if (keptBytes > told) console.log(`kept ${(told = keptBytes)}`);
}, 20);
const licenses = createFakeLicenses(() => Buffer.from(keyHex, 'hex'));
const steering = cdn.steer(presentation.pathways, async () => presentation.pathways, {
  priority: 'download',
});
const { network, clock } = platform;
await runJob(
  { store, clock, licenses, network, steering, keys: cdn.keys },
  {
    downloadId: 'download',
    videoId: 'video',
    plan,
    signal: new AbortController().signal,
    onPhase() {},
    onStock() {},
    reserve: async () => {},
    onReceived() {},
    onStored() {},
  },
);
clearInterval(watching);
console.log('done');
await platform.close();
