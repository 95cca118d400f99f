import type { ReadInput, ReadOutput } from '../children/read.ts';
import { runChild } from '../parts/child.ts';
import { conclude, round, takeTurns } from '../parts/turns.ts';
import type { Contestant } from '../parts/turns.ts';
import type { Bench } from '../parts/types.ts';

const SEGMENTS = 256;
const SEGMENT_BYTES = 4 * 1024 * 1024;

export const bench: Bench = {
  about: 'a sealed track of 1 GiB through the media handler, against the same handler on a plain file',
  programs: [],
  async run(options) {
    const { folder, say } = options;
    const work = { folder, segments: SEGMENTS, segmentBytes: SEGMENT_BYTES };
    say('making 2 GiB of files');
    await runChild<ReadInput, object>('read.ts', { ...work, from: 'make' });
    const profile = process.env.BENCH_PROFILE;
    const contestant =
      (from: ReadInput['from']): Contestant =>
      async () => {
        const nodeArgs = profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}/${from}`] : [];
        return { ...(await runChild<ReadInput, ReadOutput>('read.ts', { ...work, from }, nodeArgs)) };
      };
    const runs = await takeTurns(options, {
      sealed: contestant('sealed'),
      plain: contestant('plain'),
      whole: contestant('whole'),
    });
    const findings = conclude(runs, 'sequentialMegabytesPerSecond', { plain: ['sealed', 'plain'] });
    const { medians } = findings;
    const ratio = (value: string, peer: string) =>
      round((medians[`sealed.${value}`] ?? NaN) / (medians[`${peer}.${value}`] ?? NaN));
    return {
      ...findings,
      ratios: {
        ...findings.ratios,
        'whole segment, first byte': ratio('firstByteMs', 'whole'),
        'plain, random p99': ratio('randomP99Ms', 'plain'),
      },
    };
  },
  reaches: ({ ratios }) => [
    { what: 'sequential, against a plain file', found: ratios.plain, atLeast: 0.65 },
    { what: 'first byte of 4 MiB, against whole', found: ratios['whole segment, first byte'], atMost: 0.5 },
    { what: 'random 256 KiB p99, against a plain file', found: ratios['plain, random p99'], atMost: 3 },
  ],
};
