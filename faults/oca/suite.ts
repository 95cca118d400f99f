import fs from 'node:fs';
import path from 'node:path';
import type { FaultRule } from '../../service/oca/faults.ts';
import type { DownloadView } from '../../src/shared/downloads.ts';
import { asLayoverError } from '../../src/shared/errors.ts';
import type { ErrorCode } from '../../src/shared/errors.ts';
import { createSystemClock } from '../../src/platform/clock.ts';
import { createEagerClock } from '../rig/clock.ts';
import type { EagerClock } from '../rig/clock.ts';
import { begin } from '../rig/complete.ts';
import { copyDevice, openDevice, placeIn, prepareDevice } from '../rig/device.ts';
import type { Device, DeviceClock } from '../rig/device.ts';
import { openOrigin } from '../rig/origin.ts';
import type { Origin } from '../rig/origin.ts';
import type { Random } from '../rig/random.ts';
import { expectWhole, serveAll } from '../rig/serving.ts';
import { readIndex, storedKeys } from '../rig/stored.ts';
import { titleOf } from '../rig/title.ts';
import type { Suite, SuiteWorld } from '../suite.ts';
import { briefMishaps, lasting, mishaps, passing } from './mishaps.ts';
import type { Mishap } from './mishaps.ts';

const ALPHA = 'alpha';

/** The OCAs of one case: what each does wrong, for as long as it lasts; undefined: it is good. */
interface Plan {
  readonly name: string;
  readonly lasting: readonly (Mishap | undefined)[];
  /** Rules come and go besides, in the middle of the download. */
  readonly isMixed: boolean;
}

/**
 * A real engine downloads from real OCAs that misbehave: some of them, then the others give all; or all of them,
 * then the viewer is told why it waits or failed, and it completes when one of them is good again.
 */
export const oca: Suite = {
  name: 'oca',
  cases: 200,
  shortCases: 16,
  open(folder, random) {
    let traffic = () => 0;
    const clock = createEagerClock(() => traffic());
    const heard = (origin: Origin) => void ({ traffic } = origin);
    return openOcaWorld(folder, random, { clock, passUntil: clock.passUntil, mishaps, heard });
  },
};

/** The same with each OCA in a process of its own and in real time: what takes minutes is left out. */
export const ocaProcesses: Suite = {
  name: 'oca-processes',
  cases: 24,
  shortCases: 0,
  open: (folder, random) =>
    openOcaWorld(folder, random, {
      clock: createSystemClock(),
      mishaps: briefMishaps,
      areProcesses: true,
      async passUntil(condition) {
        while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
      },
    }),
};

interface OcaSetting {
  readonly clock: DeviceClock;
  readonly passUntil: EagerClock['passUntil'];
  readonly mishaps: typeof mishaps;
  readonly areProcesses?: boolean;
  heard?(origin: Origin): void;
}

const told: Partial<Record<ErrorCode, DownloadView['waitingFor']>> = {
  'cdn/no-oca': 'oca',
  'cdn/address-expired': 'oca',
  'cdn/digest-mismatch': 'oca',
  'network/captive-portal': 'network',
};

async function openOcaWorld(folder: string, worldRandom: Random, setting: OcaSetting): Promise<SuiteWorld> {
  const { clock, passUntil, mishaps: possible, areProcesses = false } = setting;
  const titles = [{ id: ALPHA, segments: 8, sizeBytes: (index: number) => 20_000 + index * index * 9_000 }];
  const origin = await openOrigin({ folder, titles, clock, areProcesses });
  setting.heard?.(origin);
  const { serviceUrl, ocaIds } = origin;
  const alpha = titleOf(origin, ALPHA);
  const counts: Record<string, number> = {};
  const count = (what: string, by = 1) => void (counts[what] = (counts[what] ?? 0) + by);
  const fresh = placeIn(path.join(folder, 'fresh'));
  await prepareDevice(fresh, { serviceUrl, clock });
  const place = placeIn(path.join(folder, 'case'));

  // Each alone first, in an order of this seed's own; then mixes for as long as there are cases.
  const singles = worldRandom.shuffle(
    possible.flatMap((mishap) => [true, false].map((isLast) => ({ mishap, isLast }))),
  );
  function planOf(index: number, random: Random): Plan {
    const single = index % 2 === 0 ? singles[index / 2] : undefined;
    if (single) {
      const { mishap, isLast } = single;
      // The good one is the farthest: the others are asked first.
      const all = ocaIds.map((_, at) => (at < ocaIds.length - 1 || isLast ? mishap : undefined));
      return { name: `${mishap.name}, ${isLast ? 'all' : 'all but one'}`, lasting: all, isMixed: false };
    }
    const isLast = random.chance(0.4);
    // Never the nearest: nobody would ask the others.
    const good = random.between(1, ocaIds.length - 1);
    const all = ocaIds.map((_, at) => (at === good && !isLast ? undefined : random.pick(possible)));
    return {
      name: `mixed: ${all.map((one) => one?.name ?? 'good').join(' | ')}`,
      lasting: all,
      isMixed: true,
    };
  }

  /** What came and went besides in this case. */
  const strewn = new Set<Mishap>();
  function strew(random: Random): FaultRule {
    const mishap = random.pick(possible);
    strewn.add(mishap);
    return passing(random, mishap);
  }

  async function misbehave(plan: Plan, random: Random): Promise<void> {
    for (const [at, mishap] of plan.lasting.entries()) {
      const rules: FaultRule[] = mishap ? [lasting(random, mishap)] : [];
      if (plan.isMixed && mishap && random.chance(0.7))
        rules.unshift(...Array.from({ length: random.between(1, 3) }, () => strew(random)));
      await origin.misbehave(rules, ocaIds[at]);
    }
  }

  /** Until it is completed, has failed, or waits for something that went wrong. */
  async function outcome(
    device: Device,
    isOver: (view: DownloadView) => boolean,
    meanwhile?: () => Promise<void>,
  ) {
    let over: DownloadView | undefined;
    await passUntil(
      async () => {
        await meanwhile?.();
        const view = device.view(ALPHA);
        if (view && isOver(view)) over = view;
        return over !== undefined;
      },
      `an end of it: ${JSON.stringify(device.view(ALPHA))}`,
    );
    return over;
  }

  /** Rules change whenever so much more of it is there. */
  function changing(device: Device, plan: Plan, random: Random): () => Promise<void> {
    let changeAtBytes = 0;
    return async () => {
      const { storedBytes = 0 } = device.view(ALPHA) ?? {};
      if (!plan.isMixed || storedBytes < changeAtBytes) return;
      changeAtBytes = storedBytes + random.between(30_000, 300_000);
      await misbehave(plan, random);
    };
  }

  async function withGood(device: Device, plan: Plan, random: Random): Promise<void> {
    const view = await outcome(
      device,
      ({ state }) => state === 'completed' || state === 'failed',
      changing(device, plan, random),
    );
    if (view?.state === 'failed') throw new Error('one OCA was good', { cause: asLayoverError(view.error) });
  }

  async function withoutGood(device: Device, plan: Plan): Promise<void> {
    const faulty = plan.lasting.filter((one) => one !== undefined);
    const isWrong = ({ state, error, waitingFor }: DownloadView) =>
      state === 'completed' ||
      state === 'failed' ||
      (state === 'waiting' && error !== null && waitingFor !== 'license');
    const view = await outcome(device, isWrong);
    const expected = new Set([...faulty, ...strewn].flatMap(({ alone }) => alone));
    // Where they fail in different ways no single one of them is the reason.
    if (expected.size > 1) expected.add('cdn/no-oca').add('cdn/digest-mismatch').add('completed');
    const { state, error, waitingFor } = view ?? {};
    const code = state === 'completed' ? state : asLayoverError(error).code;
    if (!expected.has(code)) throw new Error(`told ${state} ${code}, not ${[...expected].join(' or ')}`);
    if (state === 'waiting' && (code === 'completed' || waitingFor !== told[code]))
      throw new Error(`${code} waits for ${waitingFor}`);
    count(`told ${code}`);
  }

  async function offline<T>(work: (device: Device) => Promise<T>): Promise<T> {
    const device = await openDevice(place, { serviceUrl, clock, isOnline: false });
    try {
      return await work(device);
    } finally {
      await device.close();
    }
  }

  /** Nothing of a wrong answer was stored, and what was stored is served. */
  async function expectKeptRight(): Promise<void> {
    const held = storedKeys(readIndex(place), ALPHA);
    const { right } = await offline((device) => serveAll(device, alpha));
    const lost = held.filter((key) => !right.has(key));
    if (lost.length > 0) throw new Error(`stored and not served: ${lost.join(', ')}`);
  }

  /** What it was that OCAs did wrong since this was asked last. */
  const seen = new Map<string, number>();
  async function struck(): Promise<Set<string>> {
    const kinds = new Set<string>();
    for (const ocaId of ocaIds) {
      const entries = await origin.log(ocaId);
      for (const { seq, faults } of entries)
        if (seq > (seen.get(ocaId) ?? 0)) for (const kind of faults) kinds.add(kind);
      seen.set(ocaId, entries.at(-1)?.seq ?? 0);
    }
    return kinds;
  }

  async function online(work: (device: Device) => Promise<void>): Promise<void> {
    const device = await openDevice(place, { serviceUrl, clock });
    try {
      await begin(device, ALPHA);
      await work(device);
    } finally {
      await device.close();
    }
  }

  return {
    name: (index, random) => planOf(index, random).name,
    async run(index, random) {
      const plan = planOf(index, random);
      const hasGood = plan.lasting.includes(undefined);
      strewn.clear();
      fs.rmSync(path.join(folder, 'case'), { recursive: true, force: true });
      await copyDevice(fresh, place);
      await misbehave(plan, random);
      await struck();
      await online((device) => (hasGood ? withGood(device, plan, random) : withoutGood(device, plan)));
      await expectKeptRight();
      const kinds = await struck();
      if (kinds.size === 0) throw new Error('nothing went wrong: the case shows nothing');
      for (const kind of kinds) count(kind);
      if (!hasGood) {
        await origin.misbehave([], ocaIds[random.below(ocaIds.length)]);
        await online((device) => withGood(device, { ...plan, isMixed: false }, random));
      }
      await offline((device) => expectWhole(device, alpha));
      count(hasGood ? 'completed beside a good one' : 'completed when one came back');
    },
    counts: () => counts,
    close: () => origin.close(),
  };
}
