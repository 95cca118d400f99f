import fs from 'node:fs';
import path from 'node:path';
import type { MadeFile } from './files.ts';
import { emptyFolder } from './files.ts';
import { runProgram, syncFiles } from './programs.ts';
import type { Contestant } from './turns.ts';

/** What every contestant of a download is given. */
export interface DownloadWork {
  readonly url: string;
  readonly files: readonly MadeFile[];
  /** Requests under way at the same time. */
  readonly connections: number;
}

const totalBytes = (files: readonly MadeFile[]) => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** What every contestant of a download says. */
export function downloadFigures(
  sizeBytes: number,
  { elapsedMs, cpuSeconds }: { elapsedMs: number; cpuSeconds: number },
): Record<string, number> {
  return {
    megabytesPerSecond: sizeBytes / 1e6 / (elapsedMs / 1000),
    cpuSecondsPerGib: cpuSeconds / (sizeBytes / 2 ** 30),
    elapsedMs,
  };
}

/** Writes plain files, and with `durable` waits until the disk has them. */
function peer(
  work: DownloadWork,
  folder: string,
  durable: boolean,
  command: (into: string) => readonly [string, readonly string[]],
): Contestant {
  return async () => {
    const into = emptyFolder(path.join(folder, 'peer'));
    fs.mkdirSync(path.join(into, path.dirname(work.files[0]?.path ?? '')), { recursive: true });
    const [program, args] = command(into);
    const spent = await runProgram(program, args);
    const syncMs = durable ? await syncFiles(work.files.map((file) => path.join(into, file.path))) : 0;
    for (const file of work.files)
      if (fs.statSync(path.join(into, file.path)).size !== file.sizeBytes)
        throw new Error(`${program} left ${file.path} incomplete`);
    emptyFolder(into);
    return downloadFigures(totalBytes(work.files), { ...spent, elapsedMs: spent.elapsedMs + syncMs });
  };
}

export const aria2c = (work: DownloadWork, folder: string, durable: boolean): Contestant =>
  peer(work, folder, durable, (into) => {
    const list = path.join(folder, 'aria2c.txt');
    fs.writeFileSync(list, work.files.map((file) => `${work.url}${file.path}\n out=${file.path}\n`).join(''));
    const plain = ['--no-conf', '--quiet', '--file-allocation=none', '--max-connection-per-server=1'];
    return ['aria2c', [...plain, `-j${work.connections}`, '-d', into, '-i', list]];
  });

export const curl = (work: DownloadWork, folder: string, durable: boolean): Contestant =>
  peer(work, folder, durable, (into) => {
    const list = path.join(folder, 'curl.txt');
    const line = (file: MadeFile) => `url = "${work.url}${file.path}"\noutput = "${into}/${file.path}"\n`;
    fs.writeFileSync(list, work.files.map(line).join(''));
    const parallel = ['--parallel', '--parallel-max', String(work.connections)];
    return ['curl', ['-q', '--silent', '--show-error', '--fail', ...parallel, '--config', list]];
  });
