import { expect } from 'vitest';
import { createCdn } from '../src/cdn/cdn.ts';
import { createDownloads } from '../src/download/downloads.ts';
import { downloadMigrations } from '../src/download/migrations.ts';
import type { Downloads, DownloadStatus, VideoSources } from '../src/download/types.ts';
import type { LayoverError } from '../src/shared/errors.ts';
import { Settings } from '../src/shared/settings.ts';
import { createPresence } from '../src/store/presence.ts';
import type { Presence } from '../src/store/presence.ts';
import type { Store } from '../src/store/types.ts';
import { createFakeClock } from './fake-clock.ts';
import { createFakeLicenses } from './fake-licenses.ts';
import { createFakeNetwork } from './fake-network.ts';
import { createFakePower } from './fake-power.ts';
import { createFaultServer } from './fault-server.ts';
import { createMemoryDisk, createMemoryStore } from './memory-store.ts';
import { openPlainDatabase } from './plain-database.ts';
import { createRecordingLog } from './recording-log.ts';
import { createSampleVideo } from './sample-video.ts';
import type { SampleVideo } from './sample-video.ts';
import { readAll } from './store-contract.ts';
import { turn } from './until.ts';

export const first = createSampleVideo('first', { segments: 6 });
export const second = createSampleVideo('second', { segments: 2 });
export const third = createSampleVideo('third', { segments: 2 });

const videos = new Map([first, second, third].map((video) => [video.selection.videoId, video]));
const videoOf = (videoId: string) => videos.get(videoId) ?? first;

/** Everything of a download that outlives a process, and a way to start one on it. */
export async function createDownloadWorld() {
  const server = await createFaultServer([...videos.values()].flatMap(({ files }) => [...files]));
  const clock = createFakeClock();
  const network = createFakeNetwork();
  const power = createFakePower();
  const licenses = createFakeLicenses((videoId) => videoOf(videoId).contentKey);
  const disk = createMemoryDisk();
  const database = openPlainDatabase(downloadMigrations);
  const log = createRecordingLog();
  const random = (sizeBytes: number) => new Uint8Array(sizeBytes).fill(77);
  const pathways = (token = 'good') => [{ id: 'oca-1', baseUrl: server.base(token) }];
  const world = {
    server, clock, network, power, licenses, disk, database, log, pathways,
    accountId: 'account-1' as string | null,
    /** What a test changes takes effect with `downloads.reconsider()`. */
    rules: { ...Settings.parse({}).downloads, freeSpaceFloorBytes: 0, atOnce: 1 },
    isPlaying: false,
    /** What the service tells instead of the video that it had. */
    reencoded: new Map<string, SampleVideo>(),
    renewals: 0,
    token: 'good',
    serviceError: null as LayoverError | null,
    ids: 0,
    downloads: undefined as unknown as Downloads,
    presence: undefined as Presence | undefined,
    history: [] as DownloadStatus[],
    removed: [] as string[],
    /** Runs that a test cut off, until they are gone. */
    stopping: [] as Promise<void>[],
    store: createMemoryStore(disk),
    /** Put around each run's store. */
    watchStore: (store: Store) => store,
    start() {
      const renew = async () => {
        world.renewals += 1;
        if (world.serviceError) throw world.serviceError;
        return pathways(world.token);
      };
      const sources: VideoSources = {
        presentation: async (videoId) => ({
          presentation: { ...(world.reencoded.get(videoId) ?? videoOf(videoId)).presentation, pathways: await renew() },
          renewPathways: renew,
        }),
      };
      world.store = world.watchStore(createMemoryStore(disk));
      void world.presence?.stop();
      const presence = createPresence(world.store, clock, power);
      world.presence = presence;
      presence.start();
      const cdn = createCdn({ fetch, clock, network, log, random });
      const newId = () => `download-${++world.ids}`;
      const accountId = () => world.accountId;
      world.downloads = createDownloads({
        database: world.database, store: world.store, presence, licenses, cdn, clock, network, power, log, sources, newId, random, accountId,
        rules: () => world.rules, isPlaying: () => world.isPlaying,
        minuteOfDay: (atMs) => Math.floor(atMs / 60_000) % 1440,
      });
      world.downloads.onChange((change) => {
        if (change.type === 'changed') world.history.push(change.download);
        else world.removed.push(change.downloadId);
      });
      world.downloads.start();
    },
    add: (video: SampleVideo) =>
      world.downloads.add(video.selection, { ...video.presentation, pathways: pathways() }, { titleId: `title-${video.selection.videoId}` }),
    /** Until the download is so. Time passes only while it waits: what is under way never looks too slow. */
    async reach(downloadId: string, state: DownloadStatus['state']) {
      for (let now = ''; now !== state; now = world.downloads.get(downloadId).state) {
        await turn();
        const { state: is, waitingFor, error } = world.downloads.get(downloadId);
        if (is === 'waiting' && (waitingFor !== 'license' || error)) clock.advance(100);
      }
    },
    /** Who sleeps on the clock, beside the watch of the drive. */
    sleepers: () => clock.sleepers - 1,
    states: (downloadId: string) =>
      world.history.filter((one) => one.downloadId === downloadId).map(({ state }) => state),
    dispose: async () => {
      await Promise.all([world.presence?.stop(), world.downloads.stop(), ...world.stopping]);
      await server.close();
      database.close();
    },
  }; // prettier-ignore
  return world;
}

export type DownloadWorld = Awaited<ReturnType<typeof createDownloadWorld>>;

/** Byte for byte what a player has to get. */
export async function expectAllStored(
  world: DownloadWorld,
  video: SampleVideo,
  downloadId: string,
): Promise<void> {
  for (const [name, plain] of video.plain) {
    const [renditionId = '', index] = name.split('/');
    const track = world.store.unlock(`${downloadId}.${renditionId}`, video.contentKey);
    expect((await readAll(track.read(Number(index)))).equals(plain)).toBe(true);
    track.close();
  }
}
