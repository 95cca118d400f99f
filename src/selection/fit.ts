import type { Fit, RemovableDownload } from '../shared/downloads.ts';
import type { Bytes } from '../shared/units.ts';

/** What there is to take from. */
export interface Space {
  /** Of the disk; what is reserved for downloads under way is not in it. */
  readonly freeBytes: Bytes;
  /** Left alone on the disk. */
  readonly floorBytes: Bytes;
  /** What downloads will still take that have reserved nothing yet, because their turn has not come. */
  readonly promisedBytes: Bytes;
  /** Taken by all downloads, what is reserved for them included. */
  readonly takenBytes: Bytes;
  /** null: the disk is the only limit. */
  readonly budgetBytes: Bytes | null;
}

/** From the most dispensable to the least. */
const order: readonly RemovableDownload['why'][] = [
  'watched',
  'expired',
  'failed',
  'partly-watched',
  'not-watched',
];

/** What a further download may take, and which of the two limits is the nearer one. */
export function availableIn(space: Space): { bytes: Bytes; limitedBy: 'disk' | 'budget' } {
  const onDisk = space.freeBytes - space.promisedBytes - space.floorBytes;
  const inBudget =
    space.budgetBytes === null ? Infinity : space.budgetBytes - space.takenBytes - space.promisedBytes;
  const limitedBy = inBudget < onDisk ? 'budget' : 'disk';
  return { bytes: Math.max(0, Math.floor(Math.min(onDisk, inBudget))), limitedBy };
}

/**
 * Whether so many bytes fit, and what could go if not. `removable`: what the viewer may part with, pinned
 * downloads not among them; of one kind, what comes first goes first.
 */
export function fitOf(neededBytes: Bytes, space: Space, removable: readonly RemovableDownload[]): Fit {
  const { bytes: availableBytes, limitedBy } = availableIn(space);
  if (neededBytes <= availableBytes)
    return { neededBytes, availableBytes, shortfallBytes: 0, limitedBy: null, couldRemove: [] };
  const shortfallBytes = missingFor(neededBytes, space);
  return {
    neededBytes,
    availableBytes,
    shortfallBytes,
    limitedBy,
    couldRemove: asFewAsNeededFirst(removable, shortfallBytes),
  };
}

/** Bytes that must go before so many fit; 0: none. More than needed - available when something is overdrawn. */
export function missingFor(neededBytes: Bytes, space: Space): Bytes {
  // What takes nothing lacks nothing, however overdrawn the rest is.
  if (neededBytes === 0) return 0;
  const onDisk = neededBytes + space.promisedBytes + space.floorBytes - space.freeBytes;
  const inBudget =
    space.budgetBytes === null ? 0 : neededBytes + space.promisedBytes + space.takenBytes - space.budgetBytes;
  return Math.max(0, Math.ceil(Math.max(onDisk, inBudget)));
}

/** Most dispensable first; of one kind, in the order given. */
export function byDispensability<T extends Pick<RemovableDownload, 'why'>>(removable: readonly T[]): T[] {
  return removable.toSorted((a, b) => order.indexOf(a.why) - order.indexOf(b.why));
}

/**
 * The ones that are enough come first, none among them that the others make needless; the rest follows, for
 * whoever would rather part with something else.
 */
export function asFewAsNeededFirst<T extends Pick<RemovableDownload, 'why' | 'sizeBytes'>>(
  removable: readonly T[],
  shortfallBytes: Bytes,
): T[] {
  const sorted = byDispensability(removable);
  const enough = enoughOf(sorted, shortfallBytes);
  return [...enough, ...sorted.filter((one) => !enough.includes(one))];
}

/** As few of these as bring so many bytes, the first rather than the last; all of them when all are too few. */
export function enoughOf<T extends { readonly sizeBytes: Bytes }>(
  sorted: readonly T[],
  shortfallBytes: Bytes,
): T[] {
  const taken: T[] = [];
  let bytes = 0;
  for (const one of sorted) {
    if (bytes >= shortfallBytes) break;
    if (one.sizeBytes === 0) continue;
    taken.push(one);
    bytes += one.sizeBytes;
  }
  // A large one taken late may make small ones needless: these stay, the least dispensable first.
  for (const one of taken.toReversed()) {
    if (bytes - one.sizeBytes < shortfallBytes) continue;
    taken.splice(taken.indexOf(one), 1);
    bytes -= one.sizeBytes;
  }
  return taken;
}
