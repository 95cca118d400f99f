import { createRouterClient } from '@orpc/server';
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import { catalogMigrations } from '../catalog/migrations.ts';
import { createCatalog } from '../catalog/catalog.ts';
import { createCdn } from '../cdn/cdn.ts';
import { openDatabase } from '../database/open.ts';
import type { OpenedDatabase } from '../database/types.ts';
import { createDownloads } from '../download/downloads.ts';
import { downloadMigrations } from '../download/rows.ts';
import { loadDevice } from '../license/device.ts';
import { createLicenses, licenseMigrations } from '../license/licenses.ts';
import { createTrustedTime } from '../license/trusted-time.ts';
import { createPlayback } from '../playback/playback.ts';
import { createServiceClient } from '../service/service-client.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Platform } from '../shared/platform.ts';
import { fromRpcError } from '../shared/rpc-errors.ts';
import { storeMigrations } from '../store/migrations.ts';
import { createStore } from '../store/store.ts';
import { syncMigrations } from '../sync/migrations.ts';
import { createSync } from '../sync/sync.ts';
import { accountMigrations, createAccountKeeper } from './account.ts';
import { createAwake } from './awake.ts';
import { createBackground } from './background.ts';
import { keepBackups } from './backups.ts';
import { createConnection } from './connection.ts';
import { downloadView } from './download-view.ts';
import { createEventBus } from './events.ts';
import { artworkRequest } from './media.ts';
import type { Parts } from './parts.ts';
import { createPins } from './pins.ts';
import { createRefresh } from './refresh.ts';
import { accountRouter } from './router/account.ts';
import { catalogRouter } from './router/catalog.ts';
import { downloadsRouter } from './router/downloads.ts';
import { playbackRouter } from './router/playback.ts';
import { createSettingsKeeper } from './settings.ts';
import { createSources } from './sources.ts';
import type { Engine } from './types.ts';
import { createViewings } from './viewing.ts';
import { askingProfile, maySee } from './visible.ts';
import { createWho } from './who.ts';

/** In the order in which they run. */
export const migrations = [
  ...accountMigrations,
  ...catalogMigrations,
  ...syncMigrations,
  ...storeMigrations,
  ...licenseMigrations,
  ...downloadMigrations,
];

/**
 * Builds every stage on a Platform, starts what runs by itself (queue, sync, refresh, probing), and waits for
 * no network. Errors: `database/*`; whatever the Platform's secrets throw.
 */
export async function createEngine(platform: Platform): Promise<Engine> {
  const { log } = platform;
  const { userData } = platform.paths;
  const opened = openDatabase({ folder: userData, migrations, log });
  try {
    return await build(platform, opened);
  } catch (thrown) {
    // Else the folder would stay locked for whoever tries again, once the keychain is unlocked.
    opened.database.close();
    throw thrown;
  }
}

async function build(platform: Platform, opened: OpenedDatabase): Promise<Engine> {
  const { clock, log, network, power } = platform;
  const { userData } = platform.paths;
  const { database } = opened;
  const background = createBackground(log);
  const newId = () => randomUUID();
  const random = (sizeBytes: number) => platform.random(sizeBytes);

  const account = await createAccountKeeper(database, platform);
  const accountId = () => account.current()?.accountId ?? null;
  const { device, notices } = await loadDevice({ folder: userData, secrets: platform.secrets, random, log });
  const trustedTime = createTrustedTime({ database, clock, log });
  const settings = createSettingsKeeper(platform.settings);
  let urlInUse: string | null = null;
  const service = createServiceClient({
    fetch: platform.fetch,
    clock,
    network,
    serviceUrl: () => urlInUse ?? settings.read().serviceUrl ?? account.serviceUrl(),
    accessToken: account.accessToken,
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
  const licenses = createLicenses({
    database,
    device,
    service: {
      acquire: service.acquireLicense,
      renew: service.renewLicense,
      release: service.releaseLicense,
    },
    licenseKeys: account.licenseKeys,
    accountId,
    trustedTime,
    log,
  });
  const catalog = createCatalog({
    database,
    artworkFolder: path.join(userData, 'artwork'),
    remote: service,
    now: trustedTime.now,
    newId,
  });
  const pins = createPins(database, platform);
  const who = createWho({ account, catalog, pins, service });
  who.forgetLocked();

  const events = createEventBus();
  const sources = createSources({
    service,
    now: () => clock.now(),
    deviceId: device.deviceId,
    profileId: (title) => askingProfile(catalog, who, title),
    video: (videoId) => catalog.video(videoId, null),
  });
  const cdn = createCdn({ fetch: platform.fetch, transport: platform.transport, clock, network, log, random });
  const downloads = createDownloads({
    database, store, licenses, cdn, clock, network, log, sources, newId, random, accountId,
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
  const connection = createConnection({
    clock,
    network,
    log,
    askTime: (signal) => service.time(signal),
    onServiceTime: (nowMs) => trustedTime.observeServiceTime(nowMs),
    onChange: (state) => {
      background.run('status', parts.changedStatus);
      if (state === 'online') background.run('connected', connected);
    },
  });
  const refresh = createRefresh({
    catalog,
    clock,
    log,
    profileId: () => who.current()?.profileId ?? null,
    isOnline: () => connection.state() === 'online' && account.current() !== null,
    emit: events.emit,
    background,
  });

  const parts: Parts = {
    account, catalog, connection, device, downloads, events, licenses, playback, refresh, service, settings,
    sources, store, sync, trustedTime, who,
    deviceName: os.hostname().slice(0, 80) || 'Layover',
    serviceUrl: { use: (url) => void (urlInUse = url) },
    viewings: createViewings(sync, trustedTime.now),
    status: async () => {
      const signedIn = account.current();
      return {
        host: platform.host,
        version: platform.version,
        connection: connection.state(),
        secretsProtection: await platform.secrets.protection(),
        notices: [...opened.notices, ...notices].map((notice) => notice.toValue()),
        account: signedIn && { accountId: signedIn.accountId, email: signedIn.email, plan: signedIn.plan },
        profile: who.current(),
        pendingMutations: sync.pending(),
        nowMs: trustedTime.now(),
      };
    },
    changedStatus: async () => {
      const status = await parts.status();
      events.emit({ type: 'status', status });
      return status;
    },
  }; // prettier-ignore

  /** The service is back: everything that waited for it goes on by itself. */
  async function connected(): Promise<void> {
    if (!account.current()) return;
    sync.connected();
    for (const { downloadId, state } of downloads.list())
      if (state === 'waiting') downloads.resume(downloadId);
    await licenses.flushReleases();
    await refresh.everything();
  }

  const awake = createAwake(power, 'downloading');
  const backUpSoon = keepBackups(database, clock, background);
  downloads.onChange((change) => {
    const state = change.type === 'changed' ? change.download.state : null;
    // Most changes are progress, several a second: these need no look at all the others.
    awake(state === 'downloading' || downloads.list().some((other) => other.state === 'downloading'));
    // A restore from before this moment would make the finished files orphans.
    if (state === 'completed') backUpSoon();
    const profile = who.current();
    if (change.type === 'removed') events.emit({ type: 'download-removed', downloadId: change.downloadId });
    else if (maySee(catalog, profile, change.download.titleId))
      events.emit({
        type: 'download',
        download: downloadView(parts, change.download, profile?.profileId ?? null),
      });
  });
  const stopListening = power.onResume(() => background.run('probe', connection.probe));
  background.run('sweep', async () => log.info('store.swept', { ...(await store.sweep()) }));
  licenses.purgeExpired();
  downloads.start();
  sync.start();
  background.run('refresh', refresh.nowAndThen);
  background.run('probe', connection.probe);

  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    stopListening();
    playback.stopAll();
    sync.stop();
    await Promise.all([downloads.stop(), connection.stop(), sync.idle(), background.end()]);
    events.close();
    trustedTime.close();
    database.close();
  }

  const router = {
    ...accountRouter(parts),
    ...catalogRouter(parts),
    ...downloadsRouter(parts),
    ...playbackRouter(parts),
  };
  return {
    router,
    client: createRouterClient(router, {
      interceptors: [
        async ({ next }) => {
          if (stopping) throw new LayoverError('host/stopped');
          try {
            return await next();
          } catch (thrown) {
            const error = fromRpcError(thrown);
            // What was under way when the database closed fails in ways that tell the caller nothing.
            throw stopping && error.code === 'internal' ? new LayoverError('host/stopped') : error;
          }
        },
      ],
    }),
    media: async (request) =>
      (await artworkRequest(request, catalog, who.current())) ?? playback.handle(request),
    stop: () => (stopping ??= stop()),
  };
}
