import { LayoverError } from '../shared/errors.ts';
import type { Store } from '../store/types.ts';
import type { Stocktaking } from './plan.ts';
import type { Row, Rows } from './rows.ts';

export interface RescanDeps {
  readonly store: Pick<Store, 'tracks' | 'stored'>;
  readonly rows: Rows;
  stockOf(downloadId: string): Stocktaking;
  /** It is not complete any more, and was put back into the queue. */
  onIncomplete(downloadId: string): void;
}

/** What is called complete must be complete. */
export interface Rescan {
  /** How many the store holds of it. */
  segmentsOf(downloadId: string): number;
  /** Compares one with the store; what is missing is fetched again when the network is there. */
  one(downloadId: string): void;
  /** All of them, each in a turn of its own so that nobody waits for it. */
  all(isStopped: () => boolean): Promise<void>;
}

export function createRescan({ store, rows, stockOf, onIncomplete }: RescanDeps): Rescan {
  /** Cheaper than to take stock: what left the store is missing in the count. */
  const segmentsOf = (downloadId: string) =>
    store.tracks(downloadId).reduce((sum, { trackId }) => sum + store.stored(trackId).length, 0);

  function look(row: Row): void {
    const { downloadId } = row;
    const { missing, storedBytes } = stockOf(downloadId);
    if (missing.length === 0) {
      rows.complete(downloadId, { bytes: storedBytes, segments: segmentsOf(downloadId) });
      return;
    }
    rows.setState(
      downloadId,
      'queued',
      new LayoverError(storedBytes > 0 ? 'store/damaged' : 'store/missing'),
    );
    onIncomplete(downloadId);
  }

  return {
    segmentsOf,
    one(downloadId) {
      const row = rows.find(downloadId);
      if (row?.state === 'completed') look(row);
    },
    async all(isStopped) {
      for (const { downloadId, state } of rows.all()) {
        if (state !== 'completed') continue;
        await new Promise((resolve) => setImmediate(resolve));
        if (isStopped()) return;
        const row = rows.find(downloadId);
        if (row?.state === 'completed' && row.wholeSegments !== segmentsOf(downloadId)) look(row);
      }
    },
  };
}
