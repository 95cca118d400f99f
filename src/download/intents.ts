import type { Database } from '../database/types.ts';
import type { LayoverError } from '../shared/errors.ts';
import type { DownloadPriority } from '../shared/downloads.ts';
import { moved } from './order.ts';
import type { Queue } from './queue.ts';
import { stopsQueue } from './retry.ts';
import type { Row, Rows } from './rows.ts';
import type { DownloadStatus } from './types.ts';

export interface IntentDeps {
  readonly database: Database;
  readonly rows: Rows;
  readonly queue: Pick<Queue, 'wake' | 'hurry' | 'interrupt'>;
  ownRows(): Row[];
  /** Throws `download/unknown`. */
  ownRowOf(downloadId: string): Row;
  tell(downloadId: string): DownloadStatus;
}

/** What the viewer wants of the downloads that are there: written down first, then carried out by the queue. */
export function createIntents({ database, rows, queue, ownRows, ownRowOf, tell }: IntentDeps) {
  function setAll(some: readonly Row[], state: 'queued' | 'failed', error?: LayoverError): void {
    database.transaction(() => {
      for (const { downloadId } of some) rows.setState(downloadId, state, error);
    });
    if (state === 'queued') for (const { downloadId } of some) queue.hurry(downloadId);
    else queue.wake();
    for (const { downloadId } of some) tell(downloadId);
  }

  /** A full disk stopped all at once: all go on at once. */
  function resume(downloadId: string): void {
    const { state, error } = ownRowOf(downloadId);
    if (state === 'completed' || state === 'removing') return;
    const isQueueStopped = error !== null && stopsQueue.includes(error.code);
    const isMeant = (row: Row) =>
      row.downloadId === downloadId ||
      (isQueueStopped && row.state === 'failed' && row.error?.code === error.code);
    setAll(ownRows().filter(isMeant), 'queued');
  }

  async function pause(some: readonly Row[]): Promise<void> {
    const queued = some.filter(({ state }) => state === 'queued');
    // The intent first: else the queue would take them up again as soon as they are interrupted.
    database.transaction(() => {
      for (const { downloadId } of queued) rows.setState(downloadId, 'paused');
    });
    await Promise.all(queued.map(({ downloadId }) => queue.interrupt(downloadId)));
    for (const { downloadId } of queued) if (rows.find(downloadId)?.state === 'paused') tell(downloadId);
  }

  function change(downloadId: string, work: () => void): DownloadStatus {
    ownRowOf(downloadId);
    database.transaction(work);
    queue.wake();
    return tell(downloadId);
  }

  return {
    resume,
    pause,
    /** One row becomes another, which may change what is worked on. */
    change,
    /** Nothing can go on until the viewer has done something. */
    failAll: (error: LayoverError) =>
      setAll(
        ownRows().filter(({ state }) => state === 'queued'),
        'failed',
        error,
      ),
    resumePaused: () =>
      setAll(
        ownRows().filter(({ state }) => state === 'paused'),
        'queued',
      ),
    startAnyway(downloadId: string): void {
      const { state } = ownRowOf(downloadId);
      if (state !== 'completed' && state !== 'removing') rows.setStartsAnyway(downloadId);
      resume(downloadId);
    },
    reorder(downloadId: string, beforeId: string | null): void {
      ownRowOf(downloadId);
      if (beforeId !== null) ownRowOf(beforeId);
      const movable = ownRows().filter(({ state }) => state !== 'completed' && state !== 'removing');
      const result = moved(movable, downloadId, beforeId);
      if (!result) return;
      change(downloadId, () => {
        rows.setOrder(result.order);
        rows.setPriority(downloadId, result.priority);
      });
    },
    setPriority: (downloadId: string, priority: DownloadPriority) =>
      change(downloadId, () => rows.setPriority(downloadId, priority)),
  };
}
