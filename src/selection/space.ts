import type { Selection } from '../shared/selection.ts';
import type { Bytes } from '../shared/units.ts';

/** Bytes that must be freed before the selection can be taken with `reserveBytes` left over; 0: it fits. */
export function shortfallBytes(selection: Selection, freeBytes: Bytes, reserveBytes: Bytes): Bytes {
  return Math.max(0, Math.ceil(selection.size.bytes + reserveBytes - freeBytes));
}

/** Whether the selection can be taken and `reserveBytes` stay free. */
export function fits(selection: Selection, freeBytes: Bytes, reserveBytes: Bytes): boolean {
  return shortfallBytes(selection, freeBytes, reserveBytes) === 0;
}
