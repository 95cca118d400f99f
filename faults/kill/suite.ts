import fs from 'node:fs';
import path from 'node:path';
import { createSystemClock } from '../../src/platform/clock.ts';
import { until } from '../../testing/until.ts';
import { complete, swept } from '../rig/complete.ts';
import { copyDevice, openDevice, placeIn, prepareDevice } from '../rig/device.ts';
import type { Device, Place } from '../rig/device.ts';
import { openOrigin } from '../rig/origin.ts';
import type { Random } from '../rig/random.ts';
import { expectWhole, serveAll } from '../rig/serving.ts';
import { expectTidy, whereStored } from '../rig/storage.ts';
import type { Lying } from '../rig/storage.ts';
import { readIndex, storedBytesOf, storedKeys } from '../rig/stored.ts';
import type { StoredTrack } from '../rig/stored.ts';
import { titleOf } from '../rig/title.ts';
import type { Suite, SuiteWorld } from '../suite.ts';
import { downgrade } from './downgrade.ts';
import { startVictim } from './victim.ts';
import type { Ended } from './victim.ts';

const works = ['download', 'remove', 'move', 'migrate'] as const;
type Work = (typeof works)[number];
const workOf = (random: Random): Work =>
  random.pick(['download', 'download', 'download', 'remove', 'move', 'move', 'migrate']);

/** The title that is worked on when the kill comes, and one that has nothing to do with it. */
const ALPHA = 'alpha';
const BYSTANDER = 'bystander';

/**
 * Real SIGKILLs of a real engine in a process of its own, at moments spread over the whole of its work. What
 * is on the disk then is opened by an engine here, first without a network, then with one.
 */
export const kill: Suite = { name: 'kill', cases: 240, shortCases: 12, open: openKillWorld };

async function openKillWorld(folder: string, worldRandom: Random): Promise<SuiteWorld> {
  const titles = [
    { id: ALPHA, segments: 50, sizeBytes: (index: number) => 50_000 + ((index * 7919) % 250_000) },
    { id: BYSTANDER, segments: 4, sizeBytes: () => 60_000 },
  ];
  const origin = await openOrigin({ folder, titles, clock: createSystemClock() });
  const { serviceUrl } = origin;
  const alpha = titleOf(origin, ALPHA);
  const bystander = titleOf(origin, BYSTANDER);
  const counts: Record<string, number> = {};
  const count = (what: string) => void (counts[what] = (counts[what] ?? 0) + 1);

  /** The bystander is there; both are; a download that a kill has cut off, to be cut off again. */
  const fresh = placeIn(path.join(folder, 'fresh'));
  const full = placeIn(path.join(folder, 'full'));
  const partial = placeIn(path.join(folder, 'partial'));
  const withDevice = async (place: Place, isOnline: boolean, work: (device: Device) => Promise<void>) => {
    const device = await openDevice(place, { serviceUrl, isOnline });
    let lying: Lying;
    try {
      await work(device);
      lying = await whereStored(device);
    } finally {
      await device.close();
    }
    return lying;
  };
  await prepareDevice(fresh, { serviceUrl });
  await withDevice(fresh, true, (device) => complete(device, BYSTANDER));
  await copyDevice(fresh, full);
  await withDevice(full, true, (device) => complete(device, ALPHA));

  const place = placeIn(path.join(folder, 'case'));
  const otherDrive = path.join(folder, 'case', 'another drive');
  const order = { place, serviceUrl, videoId: ALPHA, toFolder: otherDrive };

  async function prepare(work: Work, random: Random): Promise<void> {
    fs.rmSync(path.join(folder, 'case'), { recursive: true, force: true });
    const isCut = fs.existsSync(partial.userData) && random.chance(0.5);
    const begun = isCut ? partial : fresh;
    await copyDevice(work === 'download' ? begun : random.chance(0.7) ? full : begun, place);
    if (work === 'migrate') downgrade(place, random);
  }

  let next = startVictim();
  async function strike(work: Work, delayMs?: number): Promise<Ended> {
    const victim = next;
    next = startVictim();
    return victim.run({ ...order, work: work === 'migrate' ? 'open' : work }, delayMs);
  }

  // How long each work takes here and now: kills are spread over just that.
  const typicalMs = new Map<Work, number>();
  for (const work of works) {
    await prepare(work, worldRandom);
    typicalMs.set(work, (await strike(work)).ms);
  }

  /** What the kill left, before anything has touched it. */
  function expectKept(work: Work, { reportedBytes }: Ended): StoredTrack[] {
    const tracks = readIndex(place);
    const storedBytes = storedBytesOf(tracks, ALPHA);
    if (work === 'download' && storedBytes < reportedBytes)
      throw new Error(`${reportedBytes} bytes were called stored, ${storedBytes} are`);
    return tracks;
  }

  async function settled(device: Device): Promise<void> {
    await swept(device);
    while ((await whereStored(device)).isMoving) await new Promise((resolve) => setImmediate(resolve));
    await until(() => device.view(ALPHA)?.state !== 'removing');
  }

  async function examine(work: Work, ended: Ended): Promise<void> {
    const held = storedKeys(expectKept(work, ended), ALPHA);
    const offline = await withDevice(place, false, async (device) => {
      await settled(device);
      await expectWhole(device, bystander);
      const { right } = await serveAll(device, alpha);
      const isRemoved = work === 'remove' && !device.view(ALPHA);
      const lost = isRemoved ? [] : held.filter((key) => !right.has(key));
      if (lost.length > 0) throw new Error(`stored before the kill and not served now: ${lost.join(', ')}`);
    });
    await expectTidy(place, offline, [place.downloads, otherDrive]);

    const online = await withDevice(place, true, async (device) => {
      await settled(device);
      await complete(device, ALPHA);
      await expectWhole(device, alpha);
      await expectWhole(device, bystander);
    });
    await expectTidy(place, online, [place.downloads, otherDrive]);
  }

  return {
    name: (_index, random) => `kill while ${workOf(random)}`,
    async run(_index, random) {
      const work = workOf(random);
      const part = random.below(1000) / 1000;
      let ended: Ended;
      // A kill that came when all was over is none: again, earlier.
      for (let delayMs = part * (typicalMs.get(work) ?? 0); ; delayMs *= 0.7) {
        await prepare(work, random);
        ended = await strike(work, delayMs);
        if (ended.reached !== 'done') break;
      }
      count(`${work}, ${ended.reached === 'open' ? 'at work' : 'opening'}`);
      if (work === 'download' && ended.reportedBytes > 0 && random.chance(0.3)) {
        fs.rmSync(path.join(folder, 'partial'), { recursive: true, force: true });
        await copyDevice(place, partial);
      }
      await examine(work, ended);
    },
    counts: () => counts,
    async close() {
      await next.kill();
      await origin.close();
    },
  };
}
