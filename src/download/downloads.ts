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

  function announce(change: DownloadChange): void {
    for (const listener of [...listeners]) listener(change);
  }
  function tell(downloadId: string): DownloadStatus {
    lastToldMs.set(downloadId, clock.monotonic());
    const download = status(rowOf(downloadId));
    announce({ type: 'changed', download });
    return download;
  }

  const queue = createQueue({
    clock,
    network,
    log,
    random: (sizeBytes) => deps.random(sizeBytes),
    queued: () => rows.all().filter(({ state }) => state === 'queued'),
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
      const stopped = rows.all().filter(({ state }) => state === 'queued');
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
    const steering = cdn.steer(rows.presentation(downloadId).pathways, renewal(downloadId, videoId, signal));
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

  async function finishRemoval({ downloadId, videoId }: Row): Promise<void> {
    await queue.interrupt(downloadId);
    await store.removeDownload(downloadId);
    await licenses.release(videoId);
    rows.delete(downloadId);
    progress.forget(downloadId);
    lastToldMs.delete(downloadId);
    announce({ type: 'removed', downloadId });
  }

  function remove(downloadId: string): Promise<void> {
    const under = removals.get(downloadId);
    if (under) return under;
    const row = rowOf(downloadId);
    rows.setState(downloadId, 'removing');
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
    remove,
    add(selection, presentation, { titleId }) {
      const { videoId } = selection;
      if (rows.findVideo(videoId)) throw new LayoverError('download/exists');
      const downloadId = deps.newId();
      const { durationSeconds } = presentation;
      const row = { downloadId, videoId, titleId, durationSeconds, selection, error: null };
      rows.insert({ ...row, state: 'queued', addedAtMs: clock.now() }, selected(presentation, selection));
      queue.wake();
      return tell(downloadId);
    },
    list: () => rows.all().map(status),
    get: (downloadId) => status(rowOf(downloadId)),
    forVideo(videoId) {
      const row = rows.findVideo(videoId);
      return row ? status(row) : null;
    },
    presentation: (downloadId) => rows.presentation(downloadId),
    async pause(downloadId) {
      if (rowOf(downloadId).state !== 'queued') return status(rowOf(downloadId));
      // The intent first: else the queue would take it up again as soon as it is interrupted.
      rows.setState(downloadId, 'paused');
      await queue.interrupt(downloadId);
      return tell(downloadId);
    },
    resume(downloadId) {
      const { state, error } = rowOf(downloadId);
      if (state === 'completed' || state === 'removing') return status(rowOf(downloadId));
      const isQueueStopped = error !== null && stopsQueue.includes(error.code);
      const stopped = rows.all().filter((row) => isQueueStopped && row.error?.code === error.code);
      const again = new Set([downloadId, ...stopped.map((row) => row.downloadId)]);
      database.transaction(() => {
        for (const id of again) rows.setState(id, 'queued');
      });
      for (const id of again) queue.hurry(id);
      for (const id of again) tell(id);
      return status(rowOf(downloadId));
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
        remove(row.downloadId).catch((error: unknown) => {
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
