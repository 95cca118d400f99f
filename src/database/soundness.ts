import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { isSound } from './connection.ts';

const { resolve } = createRequire(import.meta.url);

/** Plain text, so that it needs no file of its own in a bundle. Says what `quick_check` says, or nothing. */
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const Sqlite = require(workerData.library);
  const sql = new Sqlite(workerData.file, { fileMustExist: true, readonly: true });
  parentPort.postMessage(sql.pragma('quick_check(1)', { simple: true }) === 'ok');
  sql.close();
`;

/** As `isSound`, in a thread of its own: with a large library it takes half a second that others want to use. */
export async function isSoundMeanwhile(file: string): Promise<boolean> {
  const answer = await new Promise<unknown>((done) => {
    const worker = new Worker(program, {
      eval: true,
      execArgv: [],
      workerData: { library: resolve('better-sqlite3'), file },
    });
    worker.once('message', done);
    worker.once('error', () => done(undefined));
    worker.once('exit', () => done(undefined));
  }).catch(() => undefined);
  // Anything but a plain yes is looked at again here, where errors have names.
  return z.literal(true).safeParse(answer).success || isSound(file);
}
