import type { Seconds } from '../../shared/units.ts';
import { checkSegmentCount } from '../limits.ts';
import { malformed } from '../refuse.ts';
import { toMicros } from '../timing.ts';
import type { XmlElement } from './xml.ts';
import { childNamed, childrenNamed } from './xml.ts';
import { bigintOf, integerOf } from './values.ts';

/** When one segment plays, and under which number and time a template names it. */
export interface Slot {
  readonly number: bigint;
  readonly time: bigint;
  readonly startSeconds: Seconds;
  readonly durationSeconds: Seconds;
}

/** The attributes that SegmentTemplate and SegmentList share, with what they inherit. */
export interface Timing {
  readonly timescale: bigint;
  readonly startNumber: bigint;
  readonly endNumber: bigint | undefined;
  readonly presentationTimeOffset: bigint;
  readonly durationTicks: bigint | undefined;
  readonly timeline: XmlElement | undefined;
  readonly periodSeconds: Seconds | undefined;
}

/** `element` carries the merged attributes and children of all levels. */
export function timingOf(element: XmlElement, periodSeconds: Seconds | undefined): Timing {
  const timescale = BigInt(integerOf(element, 'timescale', /^\d{1,10}$/) ?? 1);
  const durationTicks = bigintOf(element, 'duration');
  if (timescale === 0n || durationTicks === 0n) throw malformed(`a duration of nothing in ${element.name}`);
  return {
    timescale,
    startNumber: bigintOf(element, 'startNumber') ?? 1n,
    endNumber: bigintOf(element, 'endNumber'),
    presentationTimeOffset: bigintOf(element, 'presentationTimeOffset') ?? 0n,
    durationTicks,
    timeline: childNamed(element, 'SegmentTimeline'),
    periodSeconds,
  };
}

/** How many slots there are, by arithmetic: checked before any is made. */
export function slotCount(timing: Timing, listed?: number): number {
  return countOf(runsOf(timing, listed));
}

/**
 * Every segment's slot, from a SegmentTimeline where there is one, else from equal durations up to the end
 * of the period (or `listed` segments).
 */
export function slotsOf(timing: Timing, listed?: number): Slot[] {
  const runs = runsOf(timing, listed);
  countOf(runs);
  const limit = timing.timeline ? Infinity : (timing.periodSeconds ?? Infinity);
  const slots: Slot[] = [];
  for (const run of runs) {
    for (let i = 0n; i < run.count; i++) {
      const time = run.time + i * run.ticks;
      const startSeconds = seconds(timing, time - timing.presentationTimeOffset);
      const endSeconds = Math.min(seconds(timing, time + run.ticks - timing.presentationTimeOffset), limit);
      slots.push({
        number: timing.startNumber + BigInt(slots.length),
        time,
        startSeconds,
        durationSeconds: Math.max(0, toMicros(endSeconds - startSeconds)),
      });
    }
  }
  return slots;
}

interface Run {
  readonly time: bigint;
  readonly ticks: bigint;
  readonly count: bigint;
}

function countOf(runs: readonly Run[]): number {
  const total = runs.reduce((sum, run) => sum + run.count, 0n);
  checkSegmentCount(total);
  if (total === 0n) throw malformed('a rendition has no segments');
  return Number(total);
}

function runsOf(timing: Timing, listed: number | undefined): Run[] {
  return timing.timeline ? runsOfTimeline(timing, timing.timeline) : [evenRun(timing, listed)];
}

function evenRun(timing: Timing, listed: number | undefined): Run {
  const { durationTicks: ticks, presentationTimeOffset: time, periodSeconds, endNumber } = timing;
  if (ticks === undefined) {
    // A single file that lasts as long as the period.
    if (listed !== 1 || periodSeconds === undefined) throw malformed('segments without a duration');
    return { time, ticks: periodEnd(timing) ?? 0n, count: 1n };
  }
  if (listed !== undefined) return { time, ticks, count: BigInt(listed) };
  const length = periodEnd(timing);
  const byNumber = endNumber === undefined ? undefined : positive(endNumber - timing.startNumber + 1n);
  if (length === undefined) {
    if (byNumber === undefined) throw malformed('neither the period nor its last segment is known');
    return { time, ticks, count: byNumber };
  }
  const byLength = divideUp(length, ticks);
  return { time, ticks, count: byNumber !== undefined && byNumber < byLength ? byNumber : byLength };
}

/** ISO/IEC 23009-1 section 5.3.9.6: S@r repeats, a negative one up to the next S@t or the period's end. */
function runsOfTimeline(timing: Timing, timeline: XmlElement): Run[] {
  const entries = childrenNamed(timeline, 'S');
  let next = timing.presentationTimeOffset;
  return entries.map((entry, at) => {
    const ticks = bigintOf(entry, 'd');
    if (ticks === undefined || ticks === 0n) throw malformed('a timeline entry without a duration');
    // Only the first entry's default is 0, whatever the offset; the others follow on.
    const time = bigintOf(entry, 't') ?? (at === 0 ? 0n : next);
    const repeat = bigintOf(entry, 'r', /^-?\d{1,15}$/) ?? 0n;
    const count = repeat >= 0n ? repeat + 1n : untilNext(timing, entries[at + 1], time, ticks);
    next = time + ticks * count;
    return { time, ticks, count };
  });
}

function untilNext(timing: Timing, following: XmlElement | undefined, time: bigint, ticks: bigint): bigint {
  const length = periodEnd(timing);
  const end =
    (following && bigintOf(following, 't')) ??
    (following || length === undefined ? undefined : timing.presentationTimeOffset + length);
  if (end === undefined) throw malformed('a timeline repeats up to an end that it does not tell');
  return positive(divideUp(end - time, ticks));
}

/**
 * Length of the period in ticks, a begun tick counted; the thousandth takes off what is only the error of
 * floating point, which would make a segment that does not exist.
 */
function periodEnd(timing: Timing): bigint | undefined {
  if (timing.periodSeconds === undefined) return undefined;
  return BigInt(Math.max(0, Math.ceil(timing.periodSeconds * Number(timing.timescale) - 1e-3)));
}

function seconds(timing: Timing, ticks: bigint): Seconds {
  const whole = ticks / timing.timescale;
  const rest = Number(ticks % timing.timescale) / Number(timing.timescale);
  return Math.max(0, toMicros(Number(whole) + rest));
}

function divideUp(value: bigint, by: bigint): bigint {
  return value <= 0n ? 0n : (value + by - 1n) / by;
}

function positive(value: bigint): bigint {
  return value > 0n ? value : 0n;
}
