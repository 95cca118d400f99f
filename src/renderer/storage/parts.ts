import type { StorageView } from '../../shared/downloads.ts';
import type { Bytes } from '../../shared/units.ts';

export const partKinds = ['watched', 'unwatched', 'pinned', 'reserved', 'other', 'free'] as const;
export type PartKind = (typeof partKinds)[number];

export interface Part {
  readonly kind: PartKind;
  readonly bytes: Bytes;
}

/**
 * The disk as a row of parts that add up to it, empty ones left out. What is reserved is free still, but
 * spoken for. Where the disk's size is not known, other programs' part is not told.
 */
export function partsOf(storage: StorageView): Part[] {
  const { usedBytes, freeBytes, diskBytes } = storage;
  const reserved = Math.min(storage.reservedBytes, freeBytes);
  const bytes: Record<PartKind, Bytes> = {
    watched: storage.watchedBytes,
    unwatched: storage.unwatchedBytes,
    pinned: storage.pinnedBytes,
    reserved,
    other: diskBytes === null ? 0 : Math.max(0, diskBytes - freeBytes - usedBytes),
    free: freeBytes - reserved,
  };
  return partKinds.map((kind) => ({ kind, bytes: bytes[kind] })).filter((part) => part.bytes > 0);
}
