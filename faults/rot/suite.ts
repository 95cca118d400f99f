import fs from 'node:fs';
import path from 'node:path';
import { createEagerClock } from '../rig/clock.ts';
import { begin } from '../rig/complete.ts';
import { copyDevice, openDevice, placeIn, prepareDevice } from '../rig/device.ts';
import type { Device, Place } from '../rig/device.ts';
import { openOrigin } from '../rig/origin.ts';
import type { Random } from '../rig/random.ts';
import { expectWhole, serveAll } from '../rig/serving.ts';
import { expectTidy, whereStored } from '../rig/storage.ts';
import { readIndex, storedKeys } from '../rig/stored.ts';
import { titleOf } from '../rig/title.ts';
import type { Suite, SuiteWorld } from '../suite.ts';
import { fileRots, snapshot, struckBetween } from './files.ts';
import { rotRow } from './rows.ts';

const ALPHA = 'alpha';
const bases = ['complete', 'partial', 'moved'] as const;
type Base = (typeof bases)[number];

/** Of the clock here: nothing that has a good network takes so long. */
const LONGEST_REPAIR_MS = 30 * 60_000;

interface Plan {
  readonly base: Base;
  /** How often something is broken; one alone lets be said exactly what must still be served. */
  readonly damages: number;
  readonly what: 'file' | 'row' | 'both';
  /** Played before the check, so that the player finds it; else the check does. */
  readonly isPlayedFirst: boolean;
}

function planOf(random: Random): Plan {
  return {
    base: random.pick(['complete', 'complete', 'partial', 'moved']),
    damages: random.chance(0.8) ? 1 : random.between(2, 5),
    what: random.pick(['file', 'file', 'row', 'row', 'both']),
    isPlayedFirst: random.chance(0.7),
  };
}

/**
 * Flips bits of, cuts, swaps and loses what lies in a store: files, header, frames, and rows of its index. No
 * wrong byte may ever be served, nothing else may be lost with it, and with a network all of it is there again.
 */
export const rot: Suite = { name: 'rot', cases: 600, shortCases: 24, open: openRotWorld };

async function openRotWorld(folder: string): Promise<SuiteWorld> {
  let traffic = () => 0;
  const clock = createEagerClock(() => traffic());
  // The last ones have several frames.
  const titles = [{ id: ALPHA, segments: 6, sizeBytes: (index: number) => 3_000 + index * index * 25_000 }];
  const origin = await openOrigin({ folder, titles, clock });
  ({ traffic } = origin);
  const { serviceUrl } = origin;
  const alpha = titleOf(origin, ALPHA);
  const counts: Record<string, number> = {};
  const count = (what: string) => void (counts[what] = (counts[what] ?? 0) + 1);
  const place = placeIn(path.join(folder, 'case'));
  // One path for all cases: the index knows it.
  const otherDrive = path.join(folder, 'other drive');

  async function withDevice<T>(
    at: Place,
    isOnline: boolean,
    work: (device: Device) => Promise<T>,
  ): Promise<T> {
    const device = await openDevice(at, { serviceUrl, clock, isOnline });
    try {
      return await work(device);
    } finally {
      await device.close();
    }
  }
  const swept = (device: Device) =>
    clock.passUntil(() => device.log.lines.some(({ event }) => event === 'store.swept'), 'the sweep');
  const stateOf = (device: Device) => device.view(ALPHA)?.state;
  const completed = (device: Device) =>
    clock
      .passUntil(() => stateOf(device) === 'completed', 'completion', LONGEST_REPAIR_MS)
      .catch((thrown: unknown) => {
        const { state, waitingFor, error } = device.view(ALPHA) ?? {};
        throw new Error(`stays ${state} ${waitingFor} ${JSON.stringify(error)}`, { cause: thrown });
      });

  const prepared = Object.fromEntries(
    bases.map((base) => [base, placeIn(path.join(folder, base))]),
  ) as Record<Base, Place>;
  await prepareDevice(prepared.partial, { serviceUrl, clock });
  await copyDevice(prepared.partial, prepared.complete);
  await origin.misbehave([{ match: '[45]\\.m4s$', fault: { kind: 'status', code: 404 } }]);
  await withDevice(prepared.partial, true, async (device) => {
    await begin(device, ALPHA);
    await clock.passUntil(() => device.view(ALPHA)?.waitingFor === 'oca', 'a part of it');
  });
  await origin.misbehave([]);
  await withDevice(prepared.complete, true, async (device) => {
    await begin(device, ALPHA);
    await completed(device);
  });
  await copyDevice(prepared.complete, prepared.moved);
  await withDevice(prepared.moved, true, async (device) => {
    await device.client.storage.move({ folder: otherDrive });
    await clock.passUntil(async () => (await whereStored(device)).folder === otherDrive, 'the move');
  });
  const movedFiles = path.join(folder, 'moved files');
  fs.cpSync(otherDrive, movedFiles, { recursive: true });

  async function prepare({ base }: Plan): Promise<string> {
    fs.rmSync(path.join(folder, 'case'), { recursive: true, force: true });
    fs.rmSync(otherDrive, { recursive: true, force: true });
    await copyDevice(prepared[base], place);
    if (base !== 'moved') return place.downloads;
    fs.cpSync(movedFiles, otherDrive, { recursive: true });
    return otherDrive;
  }

  /** Says what it did, for who reads a failure. */
  function damage(plan: Plan, at: string, random: Random): string[] {
    const tracks = readIndex(place);
    const done: string[] = [];
    while (done.length < plan.damages) {
      const isFile = plan.what === 'both' ? random.chance(0.5) : plan.what === 'file';
      const present = tracks.filter(({ trackId }) => fs.existsSync(path.join(at, `${trackId}.sealed`)));
      const what = isFile ? random.pick(fileRots)(at, present, random) : rotRow(place, random);
      if (what) done.push(what);
    }
    return done;
  }

  /** Nothing wrong, and nothing lost that was not struck; of what was struck in a file nothing is right. */
  async function playOffline(
    held: readonly string[],
    struck: ReadonlySet<string> | undefined,
  ): Promise<void> {
    const { right } = await withDevice(place, false, async (device) => {
      await swept(device);
      return serveAll(device, alpha);
    });
    if (!struck) return;
    const lost = held.filter((key) => !right.has(key) && !struck.has(key));
    if (lost.length > 0) throw new Error(`lost with it: ${lost.join(', ')}`);
    const missed = [...struck].filter((key) => right.has(key));
    if (missed.length > 0) throw new Error(`served though damaged: ${missed.join(', ')}`);
  }

  async function repairOnline(): Promise<void> {
    const lying = await withDevice(place, true, async (device) => {
      await swept(device);
      await clock.passUntil(() => stateOf(device) !== 'queued', 'its turn');
      await completed(device);
      const { lastCheck: before } = await device.client.storage.check();
      await clock.passUntil(async () => {
        const { check, lastCheck } = await device.client.storage.read();
        return check === null && lastCheck?.finishedAtMs !== before?.finishedAtMs;
      }, 'the check');
      await completed(device);
      device.setOnline(false);
      await expectWhole(device, alpha);
      return whereStored(device);
    });
    await expectTidy(place, lying, [place.downloads, otherDrive]);
  }

  return {
    name(_index, random) {
      const { base, damages, what } = planOf(random);
      return `${base}, ${damages} x ${what}`;
    },
    async run(_index, random) {
      const plan = planOf(random);
      const at = await prepare(plan);
      const tracks = readIndex(place);
      const held = storedKeys(tracks, ALPHA);
      const before = snapshot(at, tracks);
      const what = damage(plan, at, random);
      const struck = plan.what === 'file' ? struckBetween(before, snapshot(at, tracks), tracks) : undefined;
      try {
        if (plan.isPlayedFirst) await playOffline(held, struck);
        await repairOnline();
      } catch (thrown) {
        throw new Error(`${what.join('; ')} (${plan.isPlayedFirst ? 'played first' : 'checked'})`, {
          cause: thrown,
        });
      }
      for (const one of what) count(/store_\w+/.exec(one)?.[0] ?? one.replace(/ (in|of) [vas]-.*/, ''));
    },
    counts: () => counts,
    close: () => origin.close(),
  };
}
