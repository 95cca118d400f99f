import type { Cdn, RenewPathways } from '../cdn/types.ts';
import type { Database } from '../database/types.ts';
import type { Licenses } from '../license/types.ts';
import { asLayoverError, LayoverError } from '../shared/errors.ts';
import type { Clock, Log, NetworkSignal } from '../shared/platform.ts';
import type { Ms } from '../shared/units.ts';
import type { Store } from '../store/types.ts';
import { runJob } from './job.ts';
import { planOf, selected, takeStock } from './plan.ts';
import type { Plan, Stocktaking } from './plan.ts';
import { createProgressBook } from './progress.ts';
import { createQueue } from './queue.ts';
import { stopsQueue } from './retry.ts';
import { createRows } from './rows.ts';
import type { Row } from './rows.ts';
import { statusOf } from './status.ts';
import type { DownloadChange, Downloads, DownloadStatus, VideoSources } from './types.ts';

export interface DownloadDeps {
  readonly database: Database;
  readonly store: Store;
  readonly licenses: Licenses;
  readonly cdn: Cdn;
  readonly clock: Clock;
  readonly network: NetworkSignal;
  readonly log: Log;
  readonly sources: VideoSources;
  /** Who is signed in: other accounts' downloads are neither told of nor worked on, but kept. */
  accountId(): string | null;
  newId(): string;
  random(sizeBytes: number): Uint8Array;
}

/** Progress is told at most so often; what changes a state is told at once. */
const TELL_EVERY_MS: Ms = 250;

export function createDownloads(deps: DownloadDeps): Downloads {
  const { database, store, licenses, cdn, clock, network, log, sources } = deps;
  const rows = createRows(database, log);
  const listeners = new Set<(change: DownloadChange) => void>();
  const removals = new Map<string, Promise<void>>();
  const progress = createProgressBook(clock, (downloadId) => stockOf(downloadId).storedBytes);
  const lastToldMs = new Map<string, Ms>();
  let isStopped = true;

  const planFor = (downloadId: string): Plan =>
    planOf(downloadId, rowOf(downloadId).videoId, rows.presentation(downloadId));
  const stockOf = (downloadId: string): Stocktaking => takeStock(planFor(downloadId), store, downloadId);
  const status = (row: Row) => statusOf(row, progress.of(row.downloadId), queue.waiting(row.downloadId));

  function rowOf(downloadId: string): Row {
    const row = rows.find(downloadId);
    if (!row) throw new LayoverError('download/unknown');
    return row;
  }

  function isOwn({ accountId }: Row): boolean {
    const signedIn = deps.accountId();
    return signedIn !== null && (accountId ?? signedIn) === signedIn;
  }
  const ownRows = () => rows.all().filter(isOwn);
  function ownRowOf(downloadId: string): Row {
    const row = rowOf(downloadId);
    if (!isOwn(row)) throw new LayoverError('download/unknown');
    return row;
  }

  function announce(row: Row, change: DownloadChange): void {
    if (isOwn(row)) for (const listener of [...listeners]) listener(change);
  }
  function tell(downloadId: string): DownloadStatus {
    lastToldMs.set(downloadId, clock.monotonic());
    const row = rowOf(downloadId);
    const download = status(row);
    announce(row, { type: 'changed', download });
    return download;
  }

  const queue = createQueue({
    clock,
    network,
    log,
    random: (sizeBytes) => deps.random(sizeBytes),
    queued: () => ownRows().filter(({ state }) => state === 'queued'),
    work,
    onWaiting: tell,
    onCompleted(downloadId) {
      rows.setState(downloadId, 'completed');
      log.info('download.completed', { downloadId });
      tell(downloadId);
    },
    onFailed(downloadId, error) {
      rows.setState(downloadId, 'failed', error);
      tell(downloadId);
    },
    async onQueueStopped(downloadId, error) {
      const told = error.code === 'store/no-space' ? await withNeed(downloadId, error) : error;
      const stopped = ownRows().filter(({ state }) => state === 'queued');
      database.transaction(() => {
        for (const row of stopped) rows.setState(row.downloadId, 'failed', told);
      });
      for (const row of stopped) tell(row.downloadId);
    },
  });

  /** "Free so many bytes": what this download still lacks beyond what is free. */
  async function withNeed(downloadId: string, error: LayoverError): Promise<LayoverError> {
    const { missing, missingBytes } = stockOf(downloadId);
    const smallest = missing[0]?.segment.integrity?.sizeBytes ?? 1;
    const freeBytes = await store.freeBytes();
    const neededBytes = Math.max(smallest, (missingBytes ?? 0) - freeBytes);
    return new LayoverError('store/no-space', { ...error.details, neededBytes });
  }

  async function work(
    { downloadId, videoId }: Row,
    signal: AbortSignal,
    progressed: () => void,
  ): Promise<void> {
    const doing = progress.begin(downloadId);
    const { pathways } = rows.presentation(downloadId);
    const renew = renewal(downloadId, videoId, signal);
    const steering = cdn.steer(pathways, renew, { priority: 'download' });
    try {
      await runJob(
        { store, licenses, network, steering },
        {
          downloadId,
          videoId,
          signal,
          plan: planFor(downloadId),
          onPhase(phase) {
            doing.phase = phase;
            tell(downloadId);
          },
          onStock(storedBytes) {
            doing.storedBytes = storedBytes;
          },
          onStored(bytes) {
            progressed();
            doing.storedBytes += bytes;
            doing.rate?.add(bytes);
            if (clock.monotonic() - (lastToldMs.get(downloadId) ?? 0) >= TELL_EVERY_MS) tell(downloadId);
          },
        },
      );
    } finally {
      progress.end(downloadId);
    }
  }

  /** The addresses last known are tried before the service is asked: it may be away while the OCAs are not. */
  function renewal(downloadId: string, videoId: string, signal: AbortSignal): RenewPathways {
    let again: RenewPathways | undefined;
    return async () => {
      if (again) return again(signal);
      const { presentation, renewPathways } = await sources.presentation(videoId, signal);
      again = async (aborted) => {
        const pathways = await renewPathways(aborted);
        rows.setPathways(downloadId, pathways);
        return pathways;
      };
      rows.setPathways(downloadId, presentation.pathways);
      return presentation.pathways;
    };
  }

  async function finishRemoval(row: Row): Promise<void> {
    const { downloadId, videoId } = row;
    await queue.interrupt(downloadId);
    await store.removeDownload(downloadId);
    await licenses.release(videoId);
    rows.delete(downloadId);
    progress.forget(downloadId);
    lastToldMs.delete(downloadId);
    announce(row, { type: 'removed', downloadId });
  }

  function remove(row: Row): Promise<void> {
    const { downloadId } = row;
    const under = removals.get(downloadId);
    if (under) return under;
    database.transaction(() => rows.setState(downloadId, 'removing'), { freesSpace: true });
    tell(downloadId);
    const removal = finishRemoval(row).finally(() => removals.delete(downloadId));
    removals.set(downloadId, removal);
    return removal;
  }

  function rescan(downloadId: string): void {
    const row = rows.find(downloadId);
    if (!row) return;
    const { missing, storedBytes } = stockOf(downloadId);
    progress.of(downloadId).storedBytes = storedBytes;
    if (row.state !== 'completed' || missing.length === 0) return;
    rows.setState(
      downloadId,
      'failed',
      new LayoverError(storedBytes > 0 ? 'store/damaged' : 'store/missing'),
    );
    tell(downloadId);
  }

  /** A file that somebody deleted since: found at start, one download at a turn so that nobody waits for it. */
  async function rescanCompleted(): Promise<void> {
    for (const { downloadId, state } of rows.all()) {
      if (state !== 'completed') continue;
      await new Promise((resolve) => setImmediate(resolve));
      if (isStopped) return;
      rescan(downloadId);
    }
  }

  return {
    rescan,
    remove: async (downloadId) => remove(ownRowOf(downloadId)),
    add(selection, presentation, { titleId }) {
      const { videoId } = selection;
      const accountId = deps.accountId();
      if (accountId === null) throw new LayoverError('auth/signed-out');
      const known = rows.findVideo(videoId);
      if (known) throw new LayoverError(isOwn(known) ? 'download/exists' : 'download/of-another-account');
      const downloadId = deps.newId();
      const { durationSeconds } = presentation;
      const row = { downloadId, videoId, titleId, durationSeconds, selection, error: null, accountId };
      rows.insert({ ...row, state: 'queued', addedAtMs: clock.now() }, selected(presentation, selection));
      queue.wake();
      return tell(downloadId);
    },
    list: () => ownRows().map(status),
    get: (downloadId) => status(ownRowOf(downloadId)),
    forVideo(videoId) {
      const row = rows.findVideo(videoId);
      return row && isOwn(row) ? status(row) : null;
    },
    presentation: (downloadId) => rows.presentation(downloadId),
    async pause(downloadId) {
      const row = ownRowOf(downloadId);
      if (row.state !== 'queued') return status(row);
      // The intent first: else the queue would take it up again as soon as it is interrupted.
      rows.setState(downloadId, 'paused');
      await queue.interrupt(downloadId);
      return tell(downloadId);
    },
    resume(downloadId) {
      const { state, error } = ownRowOf(downloadId);
      if (state === 'completed' || state === 'removing') return status(rowOf(downloadId));
      const isQueueStopped = error !== null && stopsQueue.includes(error.code);
      const stopped = ownRows().filter((row) => isQueueStopped && row.error?.code === error.code);
      const again = new Set([downloadId, ...stopped.map((row) => row.downloadId)]);
      database.transaction(() => {
        for (const id of again) rows.setState(id, 'queued');
      });
      for (const id of again) queue.hurry(id);
      for (const id of again) tell(id);
      return status(rowOf(downloadId));
    },
    async accountChanged() {
      for (const row of rows.all()) if (!isOwn(row)) await queue.interrupt(row.downloadId);
      queue.wake();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      isStopped = false;
      rescanCompleted().catch((error: unknown) => {
        log.error('download.rescan-failed', { error: String(error) });
      });
      for (const row of rows.all()) {
        if (row.state !== 'removing') continue;
        remove(row).catch((error: unknown) => {
          log.warn('download.removal-failed', {
            downloadId: row.downloadId,
            code: asLayoverError(error).code,
          });
        });
      }
      queue.start();
    },
    async stop() {
      isStopped = true;
      await queue.stop();
      await Promise.allSettled(removals.values());
    },
  };
}
