import path from 'node:path';
import { makeFiles } from '../parts/files.ts';
import { startNginx } from '../parts/nginx.ts';
import { ours } from '../parts/ours.ts';
import { aria2c, curl } from '../parts/peers.ts';
import type { DownloadWork } from '../parts/peers.ts';
import { conclude, takeTurns } from '../parts/turns.ts';
import type { Bench } from '../parts/types.ts';

const SEGMENTS = 8000;
const SEGMENT_BYTES = 75_000;
const CONNECTIONS = 4;

export const bench: Bench = {
  about: '8,000 segments of 75 kB, verified and sealed, against programs that write plain files',
  programs: ['nginx', 'aria2c', 'curl', 'bash'],
  async run(options) {
    const root = path.join(options.folder, 'root');
    options.say('making 600 MB of files');
    const files = makeFiles(root, { name: 'small', count: SEGMENTS, sizeBytes: SEGMENT_BYTES });
    const { url, stop } = await startNginx({ root, folder: options.folder });
    try {
      const { folder } = options;
      const work: DownloadWork = { url, files, connections: CONNECTIONS };
      const runs = await takeTurns(options, {
        ours: ours(work, folder, { durable: false }),
        aria2c: aria2c(work, folder, false),
        curl: curl(work, folder, false),
        'ours-durable': ours(work, folder, { durable: true }),
      });
      return conclude(runs, 'megabytesPerSecond', {
        'aria2c -j4': ['ours', 'aria2c'],
        'curl --parallel-max 4': ['ours', 'curl'],
        'aria2c -j4 without sync, ours durable': ['ours-durable', 'aria2c'],
      });
    } finally {
      await stop();
    }
  },
  reaches: ({ ratios }) => [{ what: 'against aria2c -j4', found: ratios['aria2c -j4'], atLeast: 1.2 }],
};
