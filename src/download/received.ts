import type { Store } from '../store/types.ts';
import type { Plan, PlannedFile } from './plan.ts';
import type { Bytes } from '../shared/units.ts';

type PartsStore = Pick<Store, 'parts'>;

const keyOf = (trackId: string, index: number) => `${trackId}/${index}`;
const keptOf = (plan: Pick<Plan, 'tracks'>, store: PartsStore) =>
  plan.tracks.flatMap(({ trackId }) =>
    store.parts(trackId).map(({ index, keptBytes }) => [keyOf(trackId, index), keptBytes] as const),
  );

/** What the store kept of segments that are not whole. Frames are of whole blocks: as many bytes as on an OCA. */
export function keptBytes(plan: Pick<Plan, 'tracks'>, store: PartsStore): Bytes {
  return keptOf(plan, store).reduce((sum, [, bytes]) => sum + bytes, 0);
}

/** What has come of segments that are not stored yet. */
export interface Received {
  readonly bytes: Bytes;
  /** Gives how many are new. */
  set(file: PlannedFile, bytes: Bytes): Bytes;
  stored(file: PlannedFile): void;
}

export function createReceived(plan: Plan, store: PartsStore): Received {
  const received = new Map(keptOf(plan, store));
  let sum = [...received.values()].reduce((all, bytes) => all + bytes, 0);
  const put = (key: string, bytes: Bytes) => {
    sum += bytes - (received.get(key) ?? 0);
    if (bytes === 0) received.delete(key);
    else received.set(key, bytes);
  };
  return {
    get bytes() {
      return sum;
    },
    set({ trackId, segment }, bytes) {
      const key = keyOf(trackId, segment.index);
      const before = received.get(key) ?? 0;
      // What an earlier run kept goes through once more before anything new comes.
      if (bytes === 0 || bytes > before) put(key, bytes);
      return Math.max(0, bytes - before);
    },
    stored: ({ trackId, segment }) => put(keyOf(trackId, segment.index), 0),
  };
}
