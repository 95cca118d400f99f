import fs from 'node:fs';
import path from 'node:path';
import { emptyFolder, makeFiles } from '../parts/files.ts';
import type { MadeFile } from '../parts/files.ts';
import { linkImpossible, openLink, UPSTREAM_PORT } from '../parts/link.ts';
import type { Line, Link } from '../parts/link.ts';
import { startNginx } from '../parts/nginx.ts';
import { ours } from '../parts/ours.ts';
import { runProgram } from '../parts/programs.ts';
import { conclude, takeTurns } from '../parts/turns.ts';
import type { Contestant } from '../parts/turns.ts';
import type { Bench, Run } from '../parts/types.ts';

/** Four seconds of a good picture. */
const SEGMENT_BYTES = 1_000_000;
/** So long a transfer takes at the full rate. */
const SECONDS = 8;

const lines: Line[] = [20, 200].flatMap((megabitsPerSecond) =>
  [5, 50, 200].flatMap((roundTripMs) =>
    [0, 1].map((lossPercent) => ({ megabitsPerSecond, roundTripMs, lossPercent })),
  ),
);
const nameOf = ({ megabitsPerSecond, roundTripMs, lossPercent }: Line) =>
  `${megabitsPerSecond} Mbit/s, ${roundTripMs} ms, ${lossPercent} %`;

/** One large file, as fast as the line gives it. */
function curlOne(link: Link, url: string, file: MadeFile, folder: string): Contestant {
  return async () => {
    const into = emptyFolder(path.join(folder, 'peer'));
    const output = path.join(into, 'large');
    const [program = '', ...args] = link.client;
    const { elapsedMs } = await runProgram(program, [
      ...args, 'curl', '-q', '--silent', '--show-error', '--fail', '-o', output, url + file.path,
    ]); // prettier-ignore
    if (fs.statSync(output).size !== file.sizeBytes) throw new Error('curl left the file incomplete');
    emptyFolder(into);
    return { megabitsPerSecond: (file.sizeBytes * 8) / 1000 / elapsedMs, elapsedMs };
  };
}

function oursOver(link: Link, url: string, files: readonly MadeFile[], folder: string): Contestant {
  const download = ours({ url, files, connections: 4 }, folder, { durable: true, prefix: link.client });
  return async () => {
    const { elapsedMs = NaN } = await download();
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    return { megabitsPerSecond: (sizeBytes * 8) / 1000 / elapsedMs, elapsedMs };
  };
}

export const bench: Bench = {
  about: 'a title in segments of 1 MB over a narrow or long line, against curl with one large file',
  programs: ['nginx', 'curl', 'bash', 'ip', 'tc', 'iptables', 'ethtool'],
  impossible: linkImpossible,
  async run(options) {
    const { folder, say } = options;
    const root = path.join(folder, 'root');
    const count = (rate: number) => Math.ceil((rate * 1e6 * SECONDS) / 8 / SEGMENT_BYTES);
    const files = makeFiles(root, { name: 'segments', count: count(200), sizeBytes: SEGMENT_BYTES });
    const large = (rate: number) =>
      makeFiles(root, { name: `large-${rate}`, count: 1, sizeBytes: count(rate) * SEGMENT_BYTES })[0];
    const link = openLink();
    const nginx = await startNginx({ root, folder, at: { prefix: link.server, port: UPSTREAM_PORT } }).catch(
      (thrown: unknown) => {
        link.remove();
        throw thrown;
      },
    );
    const runs: Run[] = [];
    const pairs: Record<string, [string, string]> = {};
    try {
      for (const line of lines) {
        const name = nameOf(line);
        const one = large(line.megabitsPerSecond);
        if (!one) continue;
        say(name);
        const { url, takeUp } = await link.lay(line);
        try {
          const own = files.slice(0, count(line.megabitsPerSecond));
          const contestants = {
            [`${name}: ours`]: oursOver(link, url, own, folder),
            [`${name}: curl`]: curlOne(link, url, one, folder),
          };
          runs.push(...(await takeTurns(options, contestants)));
        } finally {
          await takeUp();
        }
        pairs[`curl, ${name}`] = [`${name}: ours`, `${name}: curl`];
      }
    } finally {
      await nginx.stop();
      link.remove();
    }
    return conclude(runs, 'megabitsPerSecond', pairs);
  },
  reaches: ({ ratios }) =>
    Object.entries(ratios).map(([name, found]) => ({ what: `against ${name}`, found, atLeast: 0.95 })),
};
