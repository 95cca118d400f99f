import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createSystemClock } from '../../src/platform/clock.ts';
import { startVictim } from '../kill/victim.ts';
import type { Ended } from '../kill/victim.ts';
import { complete, swept } from '../rig/complete.ts';
import { copyDevice, openDevice, placeIn, prepareDevice } from '../rig/device.ts';
import type { Device } from '../rig/device.ts';
import { openOrigin } from '../rig/origin.ts';
import type { Random } from '../rig/random.ts';
import { expectWhole, serveAll } from '../rig/serving.ts';
import { expectTidy, whereStored } from '../rig/storage.ts';
import type { Lying } from '../rig/storage.ts';
import { readIndex, storedBytesOf, storedKeys } from '../rig/stored.ts';
import { titleOf } from '../rig/title.ts';
import type { Suite, SuiteWorld } from '../suite.ts';

const ALPHA = 'alpha';
const BYSTANDER = 'bystander';

/** The store writes with pwritev, the database with pwrite64; both sync with fdatasync. */
const systemCalls = ['fdatasync', 'pwritev', 'pwrite64'] as const;
const errors = ['EIO', 'ENOSPC'] as const;

interface Plan {
  readonly call: (typeof systemCalls)[number];
  readonly error: (typeof errors)[number];
  /** Which of the calls of each thread fails, as a part of all that there are. */
  readonly part: number;
  /** All from that one on fail too. */
  readonly isLasting: boolean;
}

const impossible = (() => {
  try {
    execFileSync('strace', ['-qq', '-o', '/dev/null', '-e', 'inject=fdatasync:error=EIO:when=1', 'true']);
    return undefined;
  } catch {
    return 'needs strace 5 or later, allowed to trace (makes a system call fail)';
  }
})();

/**
 * A real engine in a process of its own, whose system calls fail: the Nth of each thread, or all from there on.
 * strace sees to it. What it had called stored by then is there, and all of it completes afterwards.
 */
export const calls: Suite = { name: 'calls', cases: 36, shortCases: 0, impossible, open: openCallsWorld };

async function openCallsWorld(folder: string): Promise<SuiteWorld> {
  const titles = [
    { id: ALPHA, segments: 30, sizeBytes: (index: number) => 40_000 + ((index * 7919) % 200_000) },
    { id: BYSTANDER, segments: 3, sizeBytes: () => 60_000 },
  ];
  const origin = await openOrigin({ folder, titles, clock: createSystemClock() });
  const { serviceUrl } = origin;
  const counts: Record<string, number> = {};
  const count = (what: string) => void (counts[what] = (counts[what] ?? 0) + 1);
  const fresh = placeIn(path.join(folder, 'fresh'));
  const place = placeIn(path.join(folder, 'case'));
  const traceFile = path.join(folder, 'trace');

  async function withDevice(
    at: typeof place,
    isOnline: boolean,
    work: (device: Device) => Promise<void>,
  ): Promise<Lying> {
    const device = await openDevice(at, { serviceUrl, isOnline });
    try {
      await swept(device);
      await work(device);
      return await whereStored(device);
    } finally {
      await device.close();
    }
  }
  await prepareDevice(fresh, { serviceUrl });
  await withDevice(fresh, true, (device) => complete(device, BYSTANDER));

  async function strike(inject: readonly string[]): Promise<Ended & { trace: string }> {
    fs.rmSync(path.join(folder, 'case'), { recursive: true, force: true });
    await copyDevice(fresh, place);
    const traced = ['-f', '-qq', '--seccomp-bpf', '-o', traceFile, '-e', `trace=${systemCalls.join()}`];
    const order = { work: 'endure', place, serviceUrl, videoId: ALPHA } as const;
    const ended = await startVictim(['strace', ...traced, ...inject]).run(order);
    return { ...ended, trace: fs.readFileSync(traceFile, 'utf8') };
  }

  // How often a thread makes each call when nothing fails: failures are spread over just that.
  const most = new Map<string, number>();
  const byThread = new Map<string, number>();
  for (const [line, call = ''] of (await strike([])).trace.matchAll(/^\d+ +(\w+)\(/gm)) {
    const times = (byThread.get(line) ?? 0) + 1;
    byThread.set(line, times);
    most.set(call, Math.max(times, most.get(call) ?? 0));
  }

  const planOf = (index: number, random: Random): Plan => ({
    call: systemCalls[index % systemCalls.length] ?? 'fdatasync',
    error: errors[Math.floor(index / systemCalls.length) % errors.length] ?? 'EIO',
    part: random.below(1000) / 1000,
    isLasting: random.chance(0.4),
  });
  const nameOf = ({ call, error, part, isLasting }: Plan) =>
    `${error} of ${call} after ${Math.round(part * 100)} %${isLasting ? ', from then on' : ''}`;

  /** Told in the register's words, about the disk. */
  function expectTold({ told }: Ended): void {
    const code = told?.split(' ')[0] ?? 'completed';
    count(`told ${code}`);
    if (told !== undefined && !/^(store|database)\//.test(code)) throw new Error(`told ${told}`);
  }

  return {
    name: (index, random) => nameOf(planOf(index, random)),
    async run(index, random) {
      const plan = planOf(index, random);
      const { call, error, part, isLasting } = plan;
      let struck: Awaited<ReturnType<typeof strike>>;
      // A failure that came when all was over is none: again, earlier.
      for (let nth = 1 + Math.floor(part * (most.get(call) ?? 1)); ; nth = Math.ceil(nth / 2)) {
        struck = await strike(['-e', `inject=${call}:error=${error}:when=${nth}${isLasting ? '+' : ''}`]);
        if (struck.trace.includes('(INJECTED)')) break;
        if (nth === 1) throw new Error(`nothing calls ${call}: the case shows nothing`);
      }
      count(`${error} of ${call}`);
      if (struck.reportedBytes > 0) count('in the middle of it');
      const tracks = readIndex(place);
      const held = storedKeys(tracks, ALPHA);
      if (storedBytesOf(tracks, ALPHA) < struck.reportedBytes)
        throw new Error(
          `${struck.reportedBytes} bytes were called stored, ${storedBytesOf(tracks, ALPHA)} are`,
        );
      await withDevice(place, false, async (device) => {
        await expectWhole(device, titleOf(origin, BYSTANDER));
        const { right } = await serveAll(device, titleOf(origin, ALPHA));
        const lost = held.filter((key) => !right.has(key));
        if (lost.length > 0) throw new Error(`stored and not served: ${lost.join(', ')}`);
      });
      const lying = await withDevice(place, true, async (device) => {
        await complete(device, ALPHA);
        for (const id of [ALPHA, BYSTANDER]) await expectWhole(device, titleOf(origin, id));
      });
      await expectTidy(place, lying, []);
      expectTold(struck);
    },
    counts: () => counts,
    close: () => origin.close(),
  };
}
