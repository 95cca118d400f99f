import path from 'node:path';
import { makeFiles } from '../parts/files.ts';
import { startNginx } from '../parts/nginx.ts';
import { ours } from '../parts/ours.ts';
import { conclude, takeTurns } from '../parts/turns.ts';
import type { DownloadWork } from '../parts/peers.ts';
import type { Bench } from '../parts/types.ts';

const SEGMENTS = 256;
const SEGMENT_BYTES = 4 * 1024 * 1024;
const CONNECTIONS = 4;
/** 8 GiB are the same GiB eight times: only what is received and stored matters. */
const TIMES = 8;

export const bench: Bench = {
  about: 'memory and event loop of the engine while it downloads a title of 1 GiB and one of 8 GiB',
  programs: ['nginx'],
  async run(options) {
    const root = path.join(options.folder, 'root');
    options.say('making 1 GiB of files');
    const files = makeFiles(root, { name: 'clear', count: SEGMENTS, sizeBytes: SEGMENT_BYTES });
    const { url, stop } = await startNginx({ root, folder: options.folder });
    try {
      const { folder } = options;
      const work: DownloadWork = { url, files, connections: CONNECTIONS };
      const runs = await takeTurns(options, {
        '1-gib': ours(work, folder, { durable: true }),
        '8-gib': ours(work, folder, { durable: true, times: TIMES }),
      });
      return conclude(runs, 'peakRssMebibytes', { 'memory for 1 GiB': ['8-gib', '1-gib'] });
    } finally {
      await stop();
    }
  },
  reaches: ({ ratios, medians }) => [
    { what: 'peak RSS for 1 GiB, MiB', found: medians['1-gib.peakRssMebibytes'], atMost: 220 },
    { what: 'peak RSS for 8 GiB, MiB', found: medians['8-gib.peakRssMebibytes'], atMost: 220 },
    { what: 'memory for 8 GiB, as part of that for 1', found: ratios['memory for 1 GiB'], atMost: 1.1 },
    { what: 'event-loop delay p99 for 1 GiB, ms', found: medians['1-gib.eventLoopP99Ms'], atMost: 20 },
    { what: 'event-loop delay p99 for 8 GiB, ms', found: medians['8-gib.eventLoopP99Ms'], atMost: 20 },
  ],
};
