import type { Seconds } from '../../shared/units.ts';
import { malformed } from '../refuse.ts';
import { toMicros } from '../timing.ts';
import type { Slot, Slots } from './timeline.ts';

/** A stretch of the Period: a segment, or (without slot) time for which there are no bytes. */
export interface Fitted {
  readonly slot: Slot | undefined;
  readonly startSeconds: Seconds;
  readonly durationSeconds: Seconds;
}

/** Shorter holes are how durations are rounded: the segment after them is taken to begin earlier. */
export const LEAST_GAP_SECONDS: Seconds = 0.5;

/**
 * How far slots are from where they should be. Those that lie outside their Period altogether have a wrong
 * presentationTimeOffset (clips of live streams have): they are taken to begin with the Period.
 */
export function strayOf(slots: Slots, periodSeconds: Seconds | undefined): Seconds {
  const { startSeconds, endSeconds } = slots;
  const isOutside =
    periodSeconds === undefined
      ? Math.abs(startSeconds) >= LEAST_GAP_SECONDS
      : startSeconds >= periodSeconds || endSeconds <= 0;
  return isOutside ? startSeconds : 0;
}

/**
 * Lays slots end to end over a Period: what is outside is left out, overlaps are cut, holes are named. The
 * last Period ends with its last segment; the others are filled up to the start of the next one.
 */
export function* fitted(
  slots: Slots,
  periodSeconds: Seconds | undefined,
  isLast: boolean,
): Generator<Fitted> {
  const stray = strayOf(slots, periodSeconds);
  const end = periodSeconds ?? Infinity;
  const cut = isLast && !slots.areNominal ? Infinity : end;
  let at: Seconds = 0;
  let held: { slot: Slot; start: Seconds; end: Seconds } | undefined;
  /** Gives the slot that was held back, now that it is known what comes after it. */
  function* release(next: Seconds): Generator<Fitted> {
    if (!held) return;
    const { slot, start } = held;
    const hole = toMicros(start - at);
    if (hole >= LEAST_GAP_SECONDS) {
      yield { slot: undefined, startSeconds: at, durationSeconds: hole };
      at = start;
    }
    const slotEnd = Math.max(at, Math.min(held.end, next));
    const until = Math.abs(next - slotEnd) < LEAST_GAP_SECONDS && !isLast && next === end ? next : slotEnd;
    yield { slot, startSeconds: at, durationSeconds: toMicros(until - at) };
    at = until;
    held = undefined;
  }
  for (const slot of slots) {
    const start = toMicros(slot.startSeconds - stray);
    const slotEnd = toMicros(start + slot.durationSeconds);
    if (slotEnd <= 0 && slot.durationSeconds > 0) continue;
    if (start >= end) break;
    if (held && start <= held.start) {
      if (start < held.start) throw malformed('timeline-goes-back');
      continue;
    }
    yield* release(start);
    held = { slot, start, end: slotEnd };
  }
  yield* release(cut);
  const rest = toMicros(end - at);
  if (!isLast && rest >= LEAST_GAP_SECONDS && rest !== Infinity)
    yield { slot: undefined, startSeconds: at, durationSeconds: rest };
}
