import type { Store } from '../store/types.ts';
import { createHorizon } from './horizon.ts';
import { planOf, takeStock } from './plan.ts';
import type { Plan, Stocktaking } from './plan.ts';
import { keptBytes } from './received.ts';
import type { Holding } from './progress.ts';
import type { Row, Rows } from './rows.ts';

/** What the store holds of downloads that nobody works on. */
export interface Holdings {
  stockOf(downloadId: string): Stocktaking;
  of(downloadId: string): Holding;
}

export function createHoldings(
  rows: Rows,
  store: Pick<Store, 'tracks' | 'stored' | 'parts'>,
  rowOf: (downloadId: string) => Row,
): Holdings {
  const planFor = (downloadId: string): Plan =>
    planOf(downloadId, rowOf(downloadId).videoId, rows.presentation(downloadId));
  return {
    stockOf: (downloadId) => takeStock(planFor(downloadId), store, downloadId),
    of(downloadId) {
      const { state, wholeBytes, durationSeconds } = rowOf(downloadId);
      // A long list must not read the segments of every title.
      if (state === 'completed' && wholeBytes !== null)
        return {
          storedBytes: wholeBytes,
          receivedBytes: wholeBytes,
          playableSeconds: durationSeconds,
          isAllThere: true,
        };
      if (store.tracks(downloadId).length === 0)
        return { storedBytes: 0, receivedBytes: 0, playableSeconds: 0, isAllThere: false };
      const plan = planFor(downloadId);
      const { storedBytes, missing } = takeStock(plan, store, downloadId);
      const playableSeconds = createHorizon(plan, missing, durationSeconds).seconds();
      const receivedBytes = storedBytes + keptBytes(plan, store);
      return { storedBytes, receivedBytes, playableSeconds, isAllThere: missing.length === 0 };
    },
  };
}
