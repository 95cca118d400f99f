import fs from 'node:fs';
import path from 'node:path';
import type { ScaleInput, ScaleOutput } from '../children/store-scale.ts';
import { runChild } from '../parts/child.ts';
import { conclude, takeTurns } from '../parts/turns.ts';
import type { Contestant } from '../parts/turns.ts';
import type { Bench } from '../parts/types.ts';

const TITLES = 500;
const SEGMENTS_OF_TITLE = 2000;

export const bench: Bench = {
  about: 'a million segments in 500 titles: to open, to list, to remove one of them',
  programs: [],
  async run(options) {
    const { folder, say } = options;
    const work = { folder, titles: TITLES, segmentsOfTitle: SEGMENTS_OF_TITLE };
    const child = (step: ScaleInput['step'], title = 0) =>
      runChild<ScaleInput, ScaleOutput>('store-scale.ts', { ...work, step, title });
    say('making a million segments');
    await child('make');
    let next = 0;
    const open: Contestant = async () => {
      const { openMs, listMs } = await child('open');
      return { openMs, listMs };
    };
    /** As after a kill: without the mark of a clean end all of the database is read first. */
    const openAfterKill: Contestant = async () => {
      fs.rmSync(path.join(folder, 'layover.db.clean'), { force: true });
      return { openMs: (await child('open')).openMs };
    };
    const remove: Contestant = async () => {
      next += 1;
      const { removeMs, freedBytes, indexFreedBytes } = await child('remove', next);
      return { removeMs, freedMebibytes: freedBytes / 2 ** 20, indexFreedKibibytes: indexFreedBytes / 1024 };
    };
    const runs = await takeTurns(options, { open, remove, 'open-after-kill': openAfterKill });
    return conclude(runs, 'openMs', { 'open after a kill': ['open', 'open-after-kill'] });
  },
  reaches: ({ medians }) => [
    { what: 'open, ms', found: medians['open.openMs'], atMost: 300 },
    { what: 'list, ms', found: medians['open.listMs'], atMost: 50 },
    { what: 'remove a title, ms', found: medians['remove.removeMs'], atMost: 100 },
    { what: 'the disk has it back, MiB', found: medians['remove.freedMebibytes'], atLeast: 15 },
    { what: 'the index has it back, KiB', found: medians['remove.indexFreedKibibytes'], atLeast: 50 },
  ],
};
