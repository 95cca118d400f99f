import fs from 'node:fs';
import path from 'node:path';
import type { DownloadInput, DownloadOutput } from '../children/download.ts';
import { runChild } from './child.ts';
import { emptyFolder } from './files.ts';
import { downloadFigures } from './peers.ts';
import type { DownloadWork } from './peers.ts';
import type { Contestant } from './turns.ts';

export type OurMode = Omit<DownloadInput, 'url' | 'list' | 'connections' | 'folder'> & {
  /** As of `runChild`. */
  readonly prefix?: readonly string[];
};

/** Our engine's download in a process of its own; what is timed begins when the engine stands, as in the app. */
export function ours(work: DownloadWork, folder: string, { prefix, ...mode }: OurMode): Contestant {
  return async () => {
    const into = emptyFolder(path.join(folder, 'ours'));
    const { url, files, connections } = work;
    const profile = process.env.BENCH_PROFILE;
    const nodeArgs = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
    const list = path.join(folder, 'ours.json');
    fs.writeFileSync(list, JSON.stringify(files));
    const input: DownloadInput = { url, list, connections, folder: into, ...mode };
    const found = await runChild<DownloadInput, DownloadOutput>('download.ts', input, nodeArgs, prefix);
    emptyFolder(into);
    const { storedBytes, peakRssBytes, eventLoopP99Ms } = found;
    return {
      ...downloadFigures(storedBytes, found),
      peakRssMebibytes: peakRssBytes / 2 ** 20,
      eventLoopP99Ms,
    };
  };
}
