import fs from 'node:fs';
import path from 'node:path';
import { asLayoverError } from '../../src/shared/errors.ts';
import type { ErrorCode } from '../../src/shared/errors.ts';
import { createEagerClock } from '../rig/clock.ts';
import { begin } from '../rig/complete.ts';
import { copyDevice, openDevice, placeIn, prepareDevice } from '../rig/device.ts';
import type { Device, Place } from '../rig/device.ts';
import { openOrigin } from '../rig/origin.ts';
import type { Random } from '../rig/random.ts';
import { expectWhole, serveAll } from '../rig/serving.ts';
import { disksImpossible, mountSmallDisk, setImmutable } from '../rig/small-disk.ts';
import type { SmallDisk } from '../rig/small-disk.ts';
import { expectTidy, whereStored } from '../rig/storage.ts';
import { titleOf } from '../rig/title.ts';
import type { Suite, SuiteWorld } from '../suite.ts';
import { full, readOnly, vanished } from './troubles.ts';
import type { Trouble } from './troubles.ts';

/** There before anything goes wrong; being downloaded or moved; waiting behind that one. */
const [BYSTANDER, ALPHA, GAMMA] = ['bystander', 'alpha', 'gamma'] as const;
const all = [BYSTANDER, ALPHA, GAMMA];

const steps = ['start', 'download', 'removal', 'move from', 'move to', 'verify', 'database'] as const;
type Step = (typeof steps)[number];

interface Plan {
  readonly step: Step;
  readonly trouble: Trouble['name'];
  /** The database on the same disk: then it cannot write either. */
  readonly isBeside: boolean;
  /** Closed and opened again while it lasts. */
  readonly isRestarted: boolean;
  /** How far the work is when it comes, from 0 to 1. */
  readonly moment: number;
}

/**
 * Disks that fill, folders that may not be written, drives that are pulled out, at every step of the work: the
 * viewer is told, nothing is damaged, what can be removed is removed, and all of it completes when that is over.
 */
export const disk: Suite = {
  name: 'disk',
  cases: 210,
  shortCases: 16,
  impossible: disksImpossible,
  open: openDiskWorld,
};

const DISK_BYTES = 24 * 1024 * 1024;

async function openDiskWorld(folder: string, worldRandom: Random): Promise<SuiteWorld> {
  let traffic = () => 0;
  const clock = createEagerClock(() => traffic());
  const titles = [
    { id: BYSTANDER, segments: 4, sizeBytes: () => 60_000 },
    { id: ALPHA, segments: 20, sizeBytes: (index: number) => 20_000 + ((index * 7919) % 280_000) },
    { id: GAMMA, segments: 3, sizeBytes: () => 90_000 },
  ];
  const origin = await openOrigin({ folder, titles, clock });
  ({ traffic } = origin);
  const { serviceUrl } = origin;
  const counts: Record<string, number> = {};
  const count = (what: string) => void (counts[what] = (counts[what] ?? 0) + 1);

  const open = (place: Place, isOnline = true) => openDevice(place, { serviceUrl, clock, isOnline });
  const swept = (device: Device) =>
    clock.passUntil(() => device.log.lines.some(({ event }) => event === 'store.swept'), 'the sweep');
  const stateOf = (device: Device, videoId: string) => device.view(videoId)?.state;
  async function completed(device: Device, videoId: string): Promise<void> {
    await clock
      .passUntil(() => stateOf(device, videoId) === 'completed', 'completion', 30 * 60_000)
      .catch((cause: unknown) => {
        const { state, waitingFor, error } = device.view(videoId) ?? {};
        throw new Error(`${videoId} stays ${state} ${waitingFor} ${JSON.stringify(error)}`, { cause });
      });
  }

  const fresh = placeIn(path.join(folder, 'fresh'));
  const both = placeIn(path.join(folder, 'both'));
  await prepareDevice(fresh, { serviceUrl, clock });
  for (const [place, videoId] of [
    [fresh, BYSTANDER],
    [both, ALPHA],
  ] as const) {
    if (place === both) await copyDevice(fresh, both);
    const device = await open(place);
    await begin(device, videoId);
    await completed(device, videoId);
    await device.close();
  }

  const every = steps.flatMap((step) =>
    (['full', 'read-only', 'vanished'] as const).map((trouble) => ({ step, trouble })),
  );
  const order = worldRandom.shuffle(every);
  function planOf(index: number, random: Random): Plan {
    const { step, trouble } = order[index % order.length] ?? { step: 'download', trouble: 'full' };
    return {
      step,
      trouble,
      isBeside: trouble === 'full' && random.chance(0.6),
      isRestarted: random.chance(0.3),
      moment: random.below(1000) / 1000,
    };
  }

  const home = path.join(folder, 'case');
  const target = path.join(folder, 'target', 'drive');

  async function during(plan: Plan, device: Device, trouble: Trouble): Promise<void> {
    const { client } = device;
    const { step, moment } = plan;
    if (step === 'removal') {
      trouble.strike();
      await removed(device, ALPHA);
    } else if (step === 'move from' || step === 'move to') {
      const { totalBytes = 1 } = (await client.storage.move({ folder: target })).move ?? {};
      let isStruck = false;
      await clock.passUntil(async () => {
        const { move } = await client.storage.read();
        if (!isStruck && (!move || move.movedBytes >= moment * totalBytes)) {
          trouble.strike();
          isStruck = true;
        }
        return !move;
      }, 'the end of the move');
      const { moveError, folder: now } = await client.storage.read();
      if (moveError) expectCode(trouble, moveError.code);
      count(moveError ? `move: ${moveError.code}` : now === target ? 'move: done' : 'move: nothing');
    } else if (step === 'verify') {
      trouble.strike();
      await client.storage.check();
      await clock.passUntil(async () => (await client.storage.read()).check === null, 'the end of the check');
      const { lastCheck } = await client.storage.read();
      if ((lastCheck?.damagedSegments ?? 0) > 0) throw new Error('took what could not be read for damaged');
    } else if (step === 'database') {
      trouble.strike();
      await mayFail(trouble, client.catalog.setListed({ titleId: ALPHA, listed: true }));
      await mayFail(trouble, client.catalog.rate({ titleId: ALPHA, rating: 1 }));
      await mayFail(trouble, begin(device, GAMMA));
    } else {
      if (step === 'start') trouble.strike();
      await mayFail(trouble, begin(device, ALPHA));
      await mayFail(trouble, begin(device, GAMMA));
      if (step === 'download') {
        const size = device.view(ALPHA)?.selection.size.bytes ?? 0;
        await clock.passUntil(() => (device.view(ALPHA)?.storedBytes ?? 0) >= moment * size, 'a part of it');
        trouble.strike();
      }
    }
  }

  function expectCode({ name, codes }: Trouble, code: ErrorCode): void {
    if (!codes.includes(code)) throw new Error(`${name}: told ${code}`);
  }

  /** What the viewer does may be refused, in words. */
  async function mayFail(trouble: Trouble, work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (thrown) {
      expectCode(trouble, asLayoverError(thrown).code);
      count(`refused: ${asLayoverError(thrown).code}`);
    }
  }

  async function removed(device: Device, videoId: string): Promise<void> {
    const view = device.view(videoId);
    if (!view) return;
    await device.client.downloads.remove({ downloadId: view.downloadId });
    await clock.passUntil(() => device.view(videoId) === undefined, 'the removal');
  }

  /** Everything has come to rest: done, or stopped with a reason. */
  async function expectTold(device: Device, trouble: Trouble): Promise<void> {
    const isAtRest = (videoId: string) => {
      const { state, error, waitingFor } = device.view(videoId) ?? {};
      if (state === 'waiting') return error !== null && waitingFor !== 'license';
      return state === undefined || state === 'completed' || state === 'failed';
    };
    await clock.passUntil(() => all.every(isAtRest), 'rest');
    for (const videoId of all) {
      const { state, error } = device.view(videoId) ?? {};
      if (state === undefined || state === 'completed') continue;
      const { code } = asLayoverError(error);
      expectCode(trouble, code);
      count(`${state}: ${code}`);
    }
    for (const videoId of all) {
      if (stateOf(device, videoId) !== 'completed') continue;
      const { refused } = await serveAll(device, titleOf(origin, videoId));
      if (trouble.isReadable && refused.size > 0)
        throw new Error(`${videoId}: not served: ${[...refused].join(', ')}`);
    }
  }

  async function prepare(
    plan: Plan,
    random: Random,
  ): Promise<{ place: Place; trouble: Trouble; over(): void }> {
    const isDone = !['start', 'download'].includes(plan.step);
    for (const one of [home, path.dirname(target)]) fs.rmSync(one, { recursive: true, force: true });
    fs.mkdirSync(path.dirname(target), { recursive: true });
    const place = { userData: path.join(home, 'data'), downloads: path.join(home, 'drive', 'downloads') };
    const struck = plan.step === 'move to' ? target : place.downloads;
    let small: SmallDisk | undefined;
    if (plan.trouble === 'full') {
      const at =
        plan.step === 'move to' ? path.dirname(target) : plan.isBeside ? home : path.dirname(place.downloads);
      small = mountSmallDisk(at, DISK_BYTES);
    }
    await copyDevice(isDone ? both : fresh, place);
    const trouble = small
      ? full(small, random)
      : plan.trouble === 'read-only'
        ? readOnly(struck)
        : vanished(struck);
    return {
      place,
      trouble,
      over() {
        trouble.mend();
        small?.unmount();
      },
    };
  }

  return {
    name(index, random) {
      const { step, trouble, isBeside, isRestarted } = planOf(index, random);
      return `${trouble} at ${step}${isBeside ? ', database beside' : ''}${isRestarted ? ', restarted' : ''}`;
    },
    async run(index, random) {
      const plan = planOf(index, random);
      const { place, trouble, over } = await prepare(plan, random);
      let device: Device | undefined = await open(place);
      try {
        await during(plan, device, trouble);
        await expectTold(device, trouble);
        if (plan.isRestarted) {
          await device.close();
          device = await open(place);
          await expectTold(device, trouble);
        }
        if (trouble.name === 'full') await removed(device, BYSTANDER);
        trouble.mend();
        for (const videoId of all) {
          // Nobody has to do anything about a drive that is back.
          const isWaiting = stateOf(device, videoId) === 'waiting';
          if (!isWaiting) await begin(device, videoId);
          await completed(device, videoId);
        }
        device.setOnline(false);
        for (const videoId of all) await expectWhole(device, titleOf(origin, videoId));
        await device.close();
        // What could not be erased while it lasted is erased by the next start.
        device = await open(place, false);
        await swept(device);
        const lying = await whereStored(device);
        await device.close();
        device = undefined;
        await expectTidy(place, lying, [place.downloads, target]);
        count(`${trouble.name} at ${plan.step}`);
      } finally {
        await device?.close();
        over();
      }
    },
    counts: () => counts,
    async close() {
      setImmutable(folder, false);
      await origin.close();
    },
  };
}
