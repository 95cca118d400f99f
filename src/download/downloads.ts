import { isAddressId } from '../shared/catalog.ts';
import { LayoverError } from '../shared/errors.ts';
import { createStorageCheck } from './check.ts';
import type { DownloadDeps } from './deps.ts';
import { createHoldings } from './holding.ts';
import { createIntents } from './intents.ts';
import { listen, unmetNow, untilNextMinute } from './listening.ts';
import { selected } from './plan.ts';
import { createProgressBook } from './progress.ts';
import { createQueue } from './queue.ts';
import { createRemovals } from './removals.ts';
import { createRescan } from './rescan.ts';
import { createRows } from './rows.ts';
import type { Row } from './rows.ts';
import { statusOf } from './status.ts';
import { createTeller } from './teller.ts';
import type { Downloads, DownloadStatus } from './types.ts';
import { createWork } from './working.ts';

export type { DownloadDeps } from './deps.ts';

export function createDownloads(deps: DownloadDeps): Downloads {
  const { database, store, presence, cdn, clock, log } = deps;
  const rows = createRows(database, log);
  let stopListening: (() => void) | undefined;

  function rowOf(downloadId: string): Row {
    const row = rows.find(downloadId);
    if (!row) throw new LayoverError('download/unknown');
    return row;
  }
  function isOwn({ accountId, videoId }: Row): boolean {
    const signedIn = deps.accountId();
    // What was opened from an address while nobody was signed in belongs to the computer.
    if (signedIn === null) return accountId === null && isAddressId(videoId);
    return (accountId ?? signedIn) === signedIn;
  }
  const ownRows = () => rows.all().filter(isOwn);
  function ownRowOf(downloadId: string): Row {
    const row = rowOf(downloadId);
    if (!isOwn(row)) throw new LayoverError('download/unknown');
    return row;
  }

  const holdings = createHoldings(rows, store, rowOf);
  const progress = createProgressBook(clock, holdings.of);
  const status = (row: Row): DownloadStatus =>
    statusOf(row, progress.of(row.downloadId), queue.waiting(row.downloadId), deps.isPlaying());
  const list = () => ownRows().map(status);
  const teller = createTeller({ clock, rowOf, statusOf: status, isOwn });
  const { tell } = teller;
  const rescan = createRescan({
    store,
    rows,
    stockOf: holdings.stockOf,
    onIncomplete(downloadId) {
      progress.forget(downloadId);
      tell(downloadId);
      queue.wake();
    },
  });
  const removals = createRemovals({
    database,
    store,
    licenses: deps.licenses,
    log,
    rows,
    onRemoving: ({ downloadId }) => void tell(downloadId),
    interrupt: (downloadId) => queue.interrupt(downloadId),
    onRemoved(row) {
      progress.forget(row.downloadId);
      teller.removed(row);
      queue.retry(['space']);
    },
  });
  const check = createStorageCheck({
    database,
    store,
    licenses: deps.licenses,
    clock,
    log,
    isPlaying: () => deps.isPlaying(),
    onDamaged(downloadId) {
      if (rows.find(downloadId)?.state === 'paused') progress.forget(downloadId);
      rescan.one(downloadId);
    },
  });

  const queue = createQueue({
    clock,
    log,
    random: (sizeBytes) => deps.random(sizeBytes),
    atOnce: () => deps.rules().atOnce,
    queued: () => rows.queued().filter(isOwn),
    unmet: (row) => unmetNow(deps, row, progress.of(row.downloadId)),
    nextLookMs: () => untilNextMinute(deps),
    work: createWork({ ...deps, rows, progress, teller }),
    onChanged: (downloadId) => void tell(downloadId),
    onPlaceLost: () => presence.doubt(),
    onCompleted(downloadId) {
      const segments = rescan.segmentsOf(downloadId);
      rows.complete(downloadId, { bytes: progress.of(downloadId).storedBytes, segments });
      log.info('download.completed', { downloadId });
      // A few bytes were reserved that no frame needed, and more where sizes were estimated.
      void store.unreserve(downloadId).catch(() => undefined);
      tell(downloadId);
    },
    onFailed(downloadId, error) {
      rows.setState(downloadId, 'failed', error);
      void store.unreserve(downloadId).catch(() => undefined);
      tell(downloadId);
    },
    async onQueueStopped(downloadId, error) {
      const told = error.code === 'store/no-space' ? await withNeed(downloadId, error) : error;
      intents.failAll(told);
    },
  });

  /** "Free so many bytes": what this download still lacks beyond what is free. */
  async function withNeed(downloadId: string, error: LayoverError): Promise<LayoverError> {
    const { missing, missingBytes } = holdings.stockOf(downloadId);
    const smallest = missing[0]?.segment.integrity?.sizeBytes ?? 1;
    const availableBytes = (await store.freeBytes()) + store.reservedBytes(downloadId);
    const neededBytes = Math.max(smallest, (missingBytes ?? 0) - availableBytes);
    return new LayoverError('store/no-space', { ...error.details, neededBytes });
  }

  const intents = createIntents({ database, rows, queue, ownRows, ownRowOf, tell });

  return {
    check,
    list,
    rescan: rescan.one,
    async remove(downloadId) {
      await removals.remove(ownRowOf(downloadId));
      // Its files are erased when the drive comes back: somebody must have seen that it was away.
      presence.doubt();
    },
    add(selection, presentation, { titleId, name = null, priority = 'normal', origin = 'viewer' }) {
      const { videoId } = selection;
      const accountId = deps.accountId();
      if (accountId === null && !isAddressId(videoId)) throw new LayoverError('auth/signed-out');
      const known = rows.findVideo(videoId);
      if (known) throw new LayoverError(isOwn(known) ? 'download/exists' : 'download/of-another-account');
      const downloadId = deps.newId();
      const { durationSeconds } = presentation;
      const row = { downloadId, videoId, titleId, durationSeconds, selection, accountId };
      rows.insert(
        { ...row, addedAtMs: clock.now(), priority, origin, name },
        selected(presentation, selection),
      );
      queue.wake();
      return tell(downloadId);
    },
    get: (downloadId) => status(ownRowOf(downloadId)),
    forVideo(videoId) {
      const row = rows.findVideo(videoId);
      return row && isOwn(row) ? status(row) : null;
    },
    presentation: (downloadId) => rows.presentation(downloadId),
    setName: (downloadId, name) => void intents.change(downloadId, () => rows.setName(downloadId, name)),
    async pause(downloadId) {
      await intents.pause([ownRowOf(downloadId)]);
      return status(ownRowOf(downloadId));
    },
    resume(downloadId) {
      intents.resume(downloadId);
      return status(ownRowOf(downloadId));
    },
    async pauseAll() {
      await intents.pause(ownRows());
      return list();
    },
    resumeAll() {
      intents.resumePaused();
      return list();
    },
    reorder(downloadId, beforeId) {
      intents.reorder(downloadId, beforeId);
      return list();
    },
    setPriority: intents.setPriority,
    pin: (downloadId, isPinned) => intents.change(downloadId, () => rows.setPinned(downloadId, isPinned)),
    startAnyway(downloadId) {
      intents.startAnyway(downloadId);
      return status(ownRowOf(downloadId));
    },
    async accountChanged() {
      const others = rows.all().filter((row) => !isOwn(row));
      await Promise.all(others.map(({ downloadId }) => queue.interrupt(downloadId)));
      queue.retry(['service']);
    },
    reconsider() {
      cdn.capDownloads(deps.rules().capBitsPerSecond);
      presence.doubt();
      queue.retry(['space', 'storage-place']);
    },
    connected: () => queue.retry(['network', 'service', 'oca']),
    onChange: teller.onChange,
    start() {
      if (stopListening) return;
      stopListening = listen(deps, queue, () => removals.finish());
      cdn.capDownloads(deps.rules().capBitsPerSecond);
      presence.doubt();
      rescan
        .all(() => !stopListening)
        .catch((error: unknown) => log.error('download.rescan-failed', { error: String(error) }));
      removals.finish();
      queue.start();
    },
    async stop() {
      stopListening?.();
      stopListening = undefined;
      await Promise.all([queue.stop(), check.cancel()]);
      await removals.idle();
    },
  };
}
