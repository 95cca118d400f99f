import { createCipheriv, createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { makeFiles } from '../parts/files.ts';
import type { MadeFile } from '../parts/files.ts';
import { startNginx } from '../parts/nginx.ts';
import { ours } from '../parts/ours.ts';
import { aria2c, curl } from '../parts/peers.ts';
import type { DownloadWork } from '../parts/peers.ts';
import { conclude, takeTurns } from '../parts/turns.ts';
import type { Bench } from '../parts/types.ts';

const SEGMENTS = 256;
const SEGMENT_BYTES = 4 * 1024 * 1024;
const CONNECTIONS = 4;
const CONTENT_KEY = createHash('md5').update('content key').digest();

/** The same files under the service's own AES-128-CBC. */
function encrypt(folder: string, files: readonly MadeFile[]): MadeFile[] {
  fs.mkdirSync(path.join(folder, 'encrypted'), { recursive: true });
  return files.map((file, number) => {
    const cipher = createCipheriv('aes-128-cbc', CONTENT_KEY, Buffer.alloc(16));
    const plain = fs.readFileSync(path.join(folder, file.path));
    const bytes = Buffer.concat([cipher.update(plain), cipher.final()]);
    const name = `encrypted/${number}.m4s`;
    fs.writeFileSync(path.join(folder, name), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { path: name, sizeBytes: bytes.byteLength, sha256 };
  });
}

export const bench: Bench = {
  about: '1 GiB in 256 segments, verified and sealed, against programs that write plain files',
  programs: ['nginx', 'aria2c', 'curl', 'bash', 'sync'],
  async run(options) {
    const root = path.join(options.folder, 'root');
    options.say('making 2 GiB of files');
    const files = makeFiles(root, { name: 'clear', count: SEGMENTS, sizeBytes: SEGMENT_BYTES });
    const encrypted = encrypt(root, files);
    const { url, stop } = await startNginx({ root, folder: options.folder });
    try {
      const work: DownloadWork = { url, files, connections: CONNECTIONS };
      const sealed: DownloadWork = { ...work, files: encrypted };
      const contentKeyHex = CONTENT_KEY.toString('hex');
      const { folder } = options;
      const runs = await takeTurns(options, {
        ours: ours(work, folder, { durable: false }),
        aria2c: aria2c(work, folder, false),
        curl: curl(work, folder, false),
        'ours-durable': ours(work, folder, { durable: true }),
        'aria2c-durable': aria2c(work, folder, true),
        'curl-durable': curl(work, folder, true),
        'ours-aes-128': ours(sealed, folder, { durable: false, contentKeyHex, plainBytes: SEGMENT_BYTES }),
      });
      return conclude(runs, 'megabytesPerSecond', {
        'aria2c -j4': ['ours', 'aria2c'],
        'curl --parallel-max 4': ['ours', 'curl'],
        'aria2c -j4, durable': ['ours-durable', 'aria2c-durable'],
        'curl --parallel-max 4, durable': ['ours-durable', 'curl-durable'],
      });
    } finally {
      await stop();
    }
  },
  reaches: ({ ratios, medians }) => [
    { what: 'against aria2c -j4', found: ratios['aria2c -j4'], atLeast: 1.4 },
    { what: 'against curl --parallel-max 4', found: ratios['curl --parallel-max 4'], atLeast: 0.7 },
    { what: 'durable, against aria2c -j4', found: ratios['aria2c -j4, durable'], atLeast: 1.1 },
    { what: 'CPU seconds for a GiB', found: medians['ours.cpuSecondsPerGib'], atMost: 3.2 },
  ],
};
