import { cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/types.ts';
import { createNodePlatform } from '../../src/platform/node-platform.ts';
import { seedServiceUrl } from '../../src/platform/settings.ts';
import type { DownloadView } from '../../src/shared/downloads.ts';
import type { Clock, Digests, NetworkSignal } from '../../src/shared/platform.ts';
import type { SelectionPreferences } from '../../src/shared/selection.ts';
import { createRecordingLog } from '../../testing/recording-log.ts';
import type { RecordingLog } from '../../testing/recording-log.ts';
import type { EagerClock } from './clock.ts';

/** A viewer's computer: the folder of its data, and the folder or drive of its downloads. */
export interface Place {
  readonly userData: string;
  readonly downloads: string;
}

export const placeIn = (folder: string): Place => ({
  userData: path.join(folder, 'data'),
  downloads: path.join(folder, 'downloads'),
});

export interface Device extends Engine {
  readonly log: RecordingLog;
  /** Plugs the network in or out. */
  setOnline(isOnline: boolean): void;
  /** Of this video, as the window was told last; undefined: there is none. */
  view(videoId: string): DownloadView | undefined;
  close(): Promise<void>;
}

export const everyRendition: SelectionPreferences = {
  video: { rule: 'max-height', height: 720 },
  audioLanguages: ['en'],
  subtitleLanguages: ['en'],
  audioDescription: false,
};

export type DeviceClock = Clock & Partial<Pick<EagerClock, 'hold'>>;

/** The thread that hashes is work under way, too. */
function watched(digests: Digests, { hold }: DeviceClock): Digests {
  if (!hold) return digests;
  return {
    prepare: digests.prepare,
    begin() {
      const running = digests.begin();
      return (
        running && {
          ...running,
          update(piece) {
            const room = running.update(piece);
            return room && hold(room);
          },
          end: () => hold(running.end()),
        }
      );
    },
  };
}

/** The engine as the command line runs it, in this process. */
export async function openDevice(
  place: Place,
  options: { serviceUrl: string; clock?: DeviceClock; isOnline?: boolean },
): Promise<Device> {
  const log = createRecordingLog();
  const { userData, downloads } = place;
  await mkdir(userData, { recursive: true });
  const plain = createNodePlatform({ host: 'cli', version: '0.0.0', userData, downloads, log });
  seedServiceUrl(plain.settings, options.serviceUrl);
  let isOnline = options.isOnline ?? true;
  const listeners = new Set<() => void>();
  const network: NetworkSignal = {
    ...plain.network,
    isOnline: () => isOnline,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const clock = options.clock ?? plain.clock;
  const digests = plain.digests && watched(plain.digests, clock);
  const engine = await createEngine({ ...plain, network, clock, digests }).catch(async (thrown: unknown) => {
    await plain.close();
    throw thrown;
  });
  const views = new Map<string, DownloadView>();
  const events = await engine.client.app.events();
  for (const view of await engine.client.downloads.list()) views.set(view.downloadId, view);
  const listening = (async () => {
    for await (const event of events) {
      if (event.type === 'download') views.set(event.download.downloadId, event.download);
      else if (event.type === 'download-removed') views.delete(event.downloadId);
    }
  })();
  return {
    ...engine,
    log,
    setOnline(online) {
      isOnline = online;
      for (const listener of listeners) listener();
    },
    view: (videoId) => [...views.values()].find((view) => view.videoId === videoId),
    async close() {
      await engine.stop();
      await listening;
      await plain.close();
    },
  };
}

/** A device that has signed in and holds nothing yet, to be copied for each case. */
export async function prepareDevice(
  place: Place,
  options: { serviceUrl: string; clock?: DeviceClock },
): Promise<void> {
  const device = await openDevice(place, options);
  const { client } = device;
  await client.auth.signIn({ email: 'traveler@layover.example', password: 'layover-demo' });
  const ana = (await client.profiles.list()).find(({ name }) => name === 'Ana');
  if (!ana) throw new Error('the seeded account has no Ana');
  await client.profiles.choose({ profileId: ana.profileId });
  await client.catalog.home();
  // Small disks are full long before the floor that a viewer would want.
  const { downloads } = await client.settings.read();
  await client.settings.write({ downloads: { ...downloads, freeSpaceFloorBytes: 0, allowMetered: true } });
  await device.close();
}

export async function copyDevice(from: Place, to: Place): Promise<void> {
  await cp(from.userData, to.userData, { recursive: true });
  await cp(from.downloads, to.downloads, { recursive: true }).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'ENOENT') throw thrown;
  });
}
