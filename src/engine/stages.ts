import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { createCatalog } from '../catalog/catalog.ts';
import { catalogMigrations } from '../catalog/migrations.ts';
import { createCdn } from '../cdn/cdn.ts';
import type { Database, Migration } from '../database/types.ts';
import { createDownloads } from '../download/downloads.ts';
import { keepingMigrations } from '../download/keeping/rows.ts';
import { downloadMigrations } from '../download/migrations.ts';
import { loadDevice } from '../license/device.ts';
import { createLicenses, licenseMigrations } from '../license/licenses.ts';
import { createOwnKeys, ownKeysMigration, withOwnKeys } from '../license/own-keys.ts';
import { createTrustedTime } from '../license/trusted-time.ts';
import { createPlayback } from '../playback/playback.ts';
import { createServiceClient } from '../service/service-client.ts';
import { isAddressId } from '../shared/catalog.ts';
import type { Platform } from '../shared/platform.ts';
import { storeMigrations } from '../store/migrations.ts';
import { createPresence } from '../store/presence.ts';
import { createStore } from '../store/store.ts';
import { syncMigrations } from '../sync/migrations.ts';
import { createSync } from '../sync/sync.ts';
import { accountMigrations, createAccountKeeper } from './account.ts';
import { createAddresses } from './addresses/addresses.ts';
import { createAddressReader } from './addresses/reader.ts';
import { addressMigrations } from './addresses/rows.ts';
import type { Background } from './background.ts';
import type { EventBus } from './events.ts';
import { createLicenseService } from './license-service.ts';
import { createPins } from './pins.ts';
import { createSettingsKeeper } from './settings.ts';
import { createSources } from './sources.ts';
import { askingProfile } from './visible.ts';
import { createViewings } from './viewing.ts';
import { createStreamLicenses } from './stream-licenses.ts';
import { createWatching } from './watching.ts';
import { warningMigrations } from './warnings/rows.ts';
import { createWho } from './who.ts';

export const migrations: Migration[] = [
  ...accountMigrations,
  ...addressMigrations,
  ...catalogMigrations,
  ...syncMigrations,
  ...storeMigrations,
  ...licenseMigrations,
  ownKeysMigration,
  ...downloadMigrations,
  ...keepingMigrations,
  ...warningMigrations,
];

export type Stages = Awaited<ReturnType<typeof createStages>>;

/** Every stage of the path on this Platform, wired to its neighbors. Nothing runs yet. */
export async function createStages(
  platform: Platform,
  database: Database,
  { background, events, onSession }: { background: Background; events: EventBus; onSession: () => void },
) {
  const { clock, log, network, power } = platform;
  const { userData } = platform.paths;
  const newId = () => randomUUID();
  const random = (sizeBytes: number) => platform.random(sizeBytes);

  const account = await createAccountKeeper(database, platform);
  const accountId = () => account.current()?.accountId ?? null;
  const identity = await loadDevice({ folder: userData, secrets: platform.secrets, random, log });
  const { device } = identity;
  const trustedTime = createTrustedTime({ database, clock, log });
  const settings = createSettingsKeeper(platform.settings);
  let urlInUse: string | null = null;
  const service = createServiceClient({
    fetch: platform.fetch,
    clock,
    network,
    serviceUrl: () => urlInUse ?? settings.read().serviceUrl ?? account.serviceUrl(),
    accessToken: account.accessToken,
    onTokenUsed: (token, isValid) => {
      if (account.tokenUsed(token, isValid)) onSession();
    },
    ending: background.signal,
  });
  const store = createStore({
    folder: platform.paths.downloads,
    database,
    deviceSecret: device.deviceSecret,
    random,
    now: trustedTime.now,
    log,
  });
  const licensed = createLicenses({
    database,
    device,
    service: createLicenseService({
      service,
      account,
      // Stages are made one after another: by the time that a license is asked for, all are there.
      profileId: (videoId) => profileFor(videoId),
    }),
    licenseKeys: account.licenseKeys,
    accountId,
    trustedTime,
    leastHeight(videoId) {
      const download = downloads.forVideo(videoId);
      const video = download ? downloads.presentation(download.downloadId).video : [];
      return video.length === 0 ? null : Math.min(...video.map(({ height }) => height));
    },
    log,
  });
  const { deviceSecret } = device;
  const licenses = withOwnKeys(licensed, createOwnKeys({ database, deviceSecret, random, log }));
  const catalog = createCatalog({
    database,
    artworkFolder: path.join(userData, 'artwork'),
    remote: service,
    now: trustedTime.now,
    newId,
    mayKnow: (titleId) => (isAddressId(titleId) ? addresses.isOpened(titleId) : accountId() !== null),
    keptTitleIds: () => new Set(downloads.list().map(({ titleId }) => titleId)),
  });
  const addresses = createAddresses({
    database,
    catalog,
    licenses,
    reader: createAddressReader({ fetch: platform.fetch, clock, network }),
    accountId,
    now: trustedTime.now,
  });
  const pins = createPins(database, platform);
  const who = createWho({ account, catalog, pins, service });
  const profileFor = (videoId: string): string | undefined => {
    try {
      return askingProfile(catalog, who, catalog.video(videoId, null).title);
    } catch {
      return undefined;
    }
  };
  const sourcesOfService = createSources({
    service,
    now: () => clock.now(),
    deviceId: device.deviceId,
    profileId: (title) => askingProfile(catalog, who, title),
    video: (videoId) => catalog.video(videoId, null),
  });
  const sources: typeof sourcesOfService = {
    ...sourcesOfService,
    presentation: (videoId, signal) =>
      isAddressId(videoId)
        ? addresses.source(videoId, signal)
        : sourcesOfService.presentation(videoId, signal),
    presentationAnew: (videoId, signal) =>
      isAddressId(videoId)
        ? addresses.source(videoId, signal)
        : sourcesOfService.presentationAnew(videoId, signal),
  };
  const cdn = createCdn({
    fetch: platform.fetch,
    transport: platform.transport,
    clock,
    network,
    log,
    random,
  });
  const presence = createPresence(store, clock, power);
  const watching = createWatching(clock);
  const downloads = createDownloads({
    database, store, presence, licenses, cdn, clock, network, power, log, newId, random, accountId,
    // A job asks when what it knew has proved wrong.
    sources: { presentation: sources.presentationAnew },
    rules: () => settings.read().downloads,
    isPlaying: watching.needsLink,
  }); // prettier-ignore
  const playback = createPlayback(
    { store, licenses, cdn, log, newId },
    {
      onRefused: (sessionId, error) =>
        events.emit({ type: 'playback-refused', sessionId, error: error.toValue() }),
      onDamaged: (downloadId) => void downloads.rescan(downloadId),
    },
  );
  const sync = createSync({
    database,
    remote: {
      push: (mutations) => service.sync(device.deviceId, mutations),
      pull: (sinceRevision) => service.syncState(sinceRevision),
    },
    clock,
    log,
    newId,
    accountId,
    onChange: (what) => events.emit({ type: 'changed', what }),
  });
  let revision = 0;
  return {
    /** Of what screens are shown: a later view has a greater one. */
    nextRevision: () => (revision += 1),
    account, addresses, catalog, device, downloads, identity, licenses, playback, presence, service, settings, sources, store, sync,
    trustedTime, watching, who,
    streamLicenses: createStreamLicenses(licenses),
    serviceUrl: { use: (url: string | null) => void (urlInUse = url) },
    viewings: createViewings(sync, trustedTime.now),
  }; // prettier-ignore
}
