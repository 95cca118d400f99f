import { createRouterClient } from '@orpc/server';
import os from 'node:os';
import { openDatabase } from '../database/open.ts';
import type { OpenedDatabase } from '../database/types.ts';
import { createKeepingRows } from '../download/keeping/rows.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Platform } from '../shared/platform.ts';
import { fromRpcError } from '../shared/rpc-errors.ts';
import { createAwake } from './awake.ts';
import { createBackground } from './background.ts';
import type { Background } from './background.ts';
import { keepBackups } from './backups.ts';
import { createConnection } from './connection.ts';
import { downloadView } from './download-view.ts';
import { createEventBus } from './events.ts';
import { createKeeper } from './keeping/keeper.ts';
import type { Keeper } from './keeping/keeper.ts';
import { createLicensing } from './licensing.ts';
import { artworkRequest } from './media.ts';
import type { Parts } from './parts.ts';
import { createRefresh } from './refresh.ts';
import { accountRouter } from './router/account.ts';
import { addressesRouter } from './router/addresses.ts';
import { catalogRouter } from './router/catalog.ts';
import { downloadsRouter } from './router/downloads.ts';
import { playbackRouter } from './router/playback.ts';
import { storageRouter } from './router/storage.ts';
import { tripRouter } from './router/trip.ts';
import { warningsRouter } from './router/warnings.ts';
import { createStages, migrations } from './stages.ts';
import { scheduleChecks } from './storage/check-schedule.ts';
import { createStorage } from './storage/storage.ts';
import type { Storage } from './storage/storage.ts';
import type { Engine, Extension } from './types.ts';
import { maySee } from './visible.ts';
import { startWarnings } from './warnings/start.ts';
import type { Warnings } from './warnings/warnings.ts';

/**
 * Builds every stage on a Platform, starts what runs by itself (queue, sync, refresh, probing), and waits for
 * no network. `extend`: procedures beside the contract's, for testers. Errors: `database/*`; whatever the Platform's secrets throw.
 */
export async function createEngine(platform: Platform, extend: Extension = () => ({})): Promise<Engine> {
  const { log } = platform;
  const { userData } = platform.paths;
  const opened = openDatabase({ folder: userData, migrations, log });
  try {
    return await build(platform, opened, extend);
  } catch (thrown) {
    // Else the folder would stay locked for whoever tries again, once the keychain is unlocked.
    opened.database.close();
    throw thrown;
  }
}

async function build(platform: Platform, opened: OpenedDatabase, extend: Extension): Promise<Engine> {
  const { clock, log, network } = platform;
  const { database } = opened;
  const background = createBackground(log);
  const events = createEventBus();
  const stages = await createStages(platform, database, {
    background,
    events,
    onSession: () => background.run('status', () => parts.changedStatus()),
  });
  const {
    account,
    catalog,
    downloads,
    licenses,
    playback,
    presence,
    store,
    sync,
    trustedTime,
    watching,
    who,
  } = stages;
  who.forgetLocked();

  const connection = createConnection({
    clock,
    network,
    log,
    askTime: (signal) => stages.service.time(signal),
    onServiceTime: (nowMs) => licensing.hint(nowMs),
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
  const licensing = createLicensing(stages, {
    platform,
    database,
    connection,
    events,
    onNotice: () => background.run('status', parts.changedStatus),
  });
  const parts: Parts = {
    ...stages,
    connection,
    events,
    licensing,
    refresh,
    deviceName: os.hostname().slice(0, 80) || 'Layover',
    status: async () => {
      const signedIn = account.current();
      return {
        host: platform.host,
        version: platform.version,
        connection: connection.state(),
        secretsProtection: await platform.secrets.protection(),
        notices: [...opened.notices, ...licensing.notices()].map((notice) => notice.toValue()),
        account: signedIn && {
          accountId: signedIn.accountId,
          email: signedIn.email,
          plan: signedIn.plan,
          mustSignInAgain: account.mustSignInAgain(),
        },
        profile: who.current(),
        pendingMutations: sync.pending(),
        canChooseFolder: platform.chooseFolder !== undefined,
        nowMs: trustedTime.now(),
      };
    },
    changedStatus: async () => {
      const status = await parts.status();
      events.emit({ type: 'status', status });
      // Perhaps somebody else is watching now.
      warnings.soon();
      return status;
    },
  };
  const warnings = startWarnings(parts, platform, { database, background });
  const storage = createStorage(parts, platform, background);
  const keeper = createKeeper(parts, createKeepingRows(database), { clock, log, background });

  /** The service is back: everything that waited for it goes on by itself. */
  async function connected({ knowsProfiles = false } = {}): Promise<void> {
    if (!account.current()) return;
    sync.connected();
    downloads.connected();
    licensing.connected();
    await licenses.flushReleases();
    await refresh.everything({ knowsProfiles });
    keeper.connected();
  }

  const stopListening = react(parts, platform, { background, storage, keeper, backUp: keepBackups(database, clock, background) }); // prettier-ignore
  const sweep = () =>
    background.run('sweep', async () => {
      const report = await store.sweep();
      // What was called complete was looked at already, perhaps before this was found.
      if (report.lostTracks + report.lostSegments > 0)
        for (const { downloadId } of downloads.list()) downloads.rescan(downloadId);
      log.info('store.swept', { ...report });
    });
  sweep();
  // What was removed while the drive was away lies on it still.
  presence.onChange((isPresent) => {
    if (isPresent) sweep();
  });
  await licensing.recall();
  licenses.purgeExpired();
  downloads.start();
  sync.start();
  storage.start();
  presence.start();
  keeper.soon();
  background.run('refresh', refresh.nowAndThen);
  background.run('probe', connection.probe);

  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    stopListening();
    warnings.stop();
    watching.endAll();
    playback.stopAll();
    sync.stop();
    await Promise.all([
      downloads.stop(),
      presence.stop(),
      connection.stop(),
      sync.idle(),
      background.end(),
      licensing.stop(),
    ]);
    await store.close();
    events.close();
    trustedTime.close();
    database.close();
  }

  const router = {
    ...accountRouter(parts, {
      settingsChanged: () => settingsChanged({ parts, storage, keeper, warnings }),
      signedIn: () => connected({ knowsProfiles: true }),
    }),
    ...addressesRouter(parts),
    ...catalogRouter(parts),
    ...downloadsRouter(parts, keeper),
    ...storageRouter(storage),
    ...tripRouter(parts),
    ...warningsRouter(warnings),
    ...playbackRouter(parts),
    ...extend({
      ...stages,
      probe: () => background.run('probe', connection.probe),
      changed() {
        background.run('status', parts.changedStatus);
        events.emit({ type: 'changed', what: 'downloads' });
      },
    }),
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
    media: async (request) => (await artworkRequest(request, parts)) ?? playback.handle(request),
    stop: () => (stopping ??= stop()),
  };
}

/** The viewer's rules count at once. */
function settingsChanged({
  parts,
  storage,
  keeper,
  warnings,
}: {
  parts: Parts;
  storage: Storage;
  keeper: Keeper;
  warnings: Warnings;
}): void {
  parts.downloads.reconsider();
  storage.changed();
  keeper.soon();
  warnings.soon();
}

/** What follows from what happens: events for the window, a machine that stays awake, rules that look again. */
function react(
  parts: Parts,
  platform: Platform,
  rest: { background: Background; storage: Storage; keeper: Keeper; backUp: () => void },
): () => void {
  const { downloads, events, store, watching } = parts;
  const { background, storage, keeper } = rest;
  const { clock, power } = platform;
  const awakeToDownload = createAwake(power, 'downloading');
  const awakeToPlay = createAwake(power, 'playing');
  const checks = scheduleChecks({ clock, power, downloads, store, watching, background });
  const states = new Map<string, string>();

  const stopWatching = watching.onChange(() => {
    awakeToPlay(watching.isRunning());
    downloads.reconsider();
    checks.giveWay();
    keeper.soon();
  });
  const stopDownloads = downloads.onChange((change) => {
    const { downloadId, state } =
      change.type === 'changed' ? change.download : { downloadId: change.downloadId, state: 'removed' };
    const isNew = states.get(downloadId) !== state;
    states.set(downloadId, state);
    if (change.type === 'removed') {
      states.delete(downloadId);
      events.emit({ type: 'download-removed', downloadId });
    } else if (maySee(parts, parts.who.viewer(), change.download.titleId)) {
      const profileId = parts.who.viewer()?.profileId ?? null;
      events.emit({ type: 'download', download: downloadView(parts, change.download, profileId) });
    }
    // Most changes are progress, several a second: these need no look at all the others.
    if (!isNew) return storage.progressed();
    storage.changed();
    awakeToDownload(downloads.list().some((other) => other.state === 'downloading'));
    checks.giveWay();
    keeper.soon();
    // A restore from before this moment would make the finished files orphans.
    if (state === 'completed') rest.backUp();
  });
  const stopPower = power.onResume(() => background.run('probe', parts.connection.probe));
  return () => {
    stopPower();
    stopDownloads();
    stopWatching();
    awakeToDownload(false);
    awakeToPlay(false);
  };
}
