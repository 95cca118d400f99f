import { setImmediate as nextTurn } from 'node:timers/promises';
import { LayoverError } from '../shared/errors.ts';
import type { NewSegment, Outcome, SegmentIndex } from './segment-index.ts';
import type { TrackFile } from './track-file.ts';
import type { Handle } from './track-handles.ts';

interface Waiting {
  readonly file: TrackFile;
  readonly row: NewSegment;
  resolve(outcome: Outcome): void;
  reject(reason: unknown): void;
}

/**
 * Makes written records durable and indexed, in that order. Records that come while the disk is busy share the
 * next sync of their file and the next transaction: both cost the same for one as for many.
 */
export interface GroupCommit {
  /** Resolves, with what was replaced, once a power cut cannot take the record back. */
  commit(file: TrackFile, row: NewSegment): Promise<Outcome>;
}

/** Makes durable what was written to a file. Throws what node:fs throws. */
export type SyncFile = (file: Handle) => Promise<void>;

const datasync: SyncFile = (file) => file.datasync();

export function createGroupCommit(index: SegmentIndex, syncFile: SyncFile = datasync): GroupCommit {
  let queue: Waiting[] = [];
  let running = false;

  async function run(): Promise<void> {
    while (queue.length > 0) {
      // What is committed in the same turn goes together.
      await nextTurn();
      const batch = queue;
      queue = [];
      const unsynced = await syncFiles(new Set(batch.map((each) => each.file)), syncFile);
      const synced: Waiting[] = [];
      for (const each of batch) {
        if (unsynced.has(each.file)) each.reject(unsynced.get(each.file));
        else synced.push(each);
      }
      await addToIndex(synced);
    }
    running = false;
  }

  async function addToIndex(batch: Waiting[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      const outcomes = index.putSegments(batch.map((each) => each.row));
      await flushed(batch);
      batch.forEach((each, n) => {
        const outcome = outcomes[n];
        if (outcome === undefined || outcome === 'no-track') {
          each.reject(new LayoverError('store/missing', { trackId: each.file.trackId }));
        } else {
          each.resolve(outcome);
        }
      });
    } catch (thrown) {
      for (const each of batch) each.reject(thrown);
    }
  }

  /** What could not be made durable is taken out again: its place will be another record's. */
  async function flushed(batch: Waiting[]): Promise<void> {
    try {
      await index.flush();
    } catch (thrown) {
      for (const { row } of batch) index.forget(row.track, [{ ...row, segment: row.index }]);
      throw thrown;
    }
  }

  return {
    commit: (file, row) =>
      new Promise((resolve, reject) => {
        queue.push({ file, row, resolve, reject });
        if (running) return;
        running = true;
        void run();
      }),
  };
}

async function syncFiles(files: Set<TrackFile>, syncFile: SyncFile): Promise<Map<TrackFile, unknown>> {
  const failed = new Map<TrackFile, unknown>();
  await Promise.all(
    [...files].map(async (file) => {
      try {
        await syncFile(await file.writer());
      } catch (thrown) {
        failed.set(file, thrown);
      }
    }),
  );
  return failed;
}
