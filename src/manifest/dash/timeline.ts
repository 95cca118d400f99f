import type { Seconds } from '../../shared/units.ts';
import { checkSegmentCount } from '../limits.ts';
import { malformed, quote, unsupported } from '../refuse.ts';
import { toMicros } from '../timing.ts';
import { childNamed } from './xml.ts';
import type { TimelineEntry, XmlElement } from './xml.ts';
import { bigintOf, integerOf } from './values.ts';

/** When one segment plays, counted from the Period's start, and how a template names it. */
export interface Slot {
  /** Among all that are told, from 0. */
  readonly index: number;
  readonly number: bigint;
  readonly time: bigint;
  readonly startSeconds: Seconds;
  readonly durationSeconds: Seconds;
}

/** Slots that are made one at a time: there may be 100,000. */
export interface Slots extends Iterable<Slot> {
  readonly count: number;
  /** There are no more holes than that between them. */
  readonly mostGaps: number;
  readonly startSeconds: Seconds;
  readonly endSeconds: Seconds;
  /** Durations are those of most: the end of the Period cuts the last one. */
  readonly areNominal: boolean;
}

/** The attributes that SegmentTemplate and SegmentList share, with what they inherit. */
export interface Timing {
  readonly timescale: bigint;
  readonly startNumber: bigint;
  readonly endNumber: bigint | undefined;
  readonly presentationTimeOffset: bigint;
  readonly eptDelta: bigint;
  readonly durationTicks: bigint | undefined;
  readonly timeline: readonly TimelineEntry[] | undefined;
  readonly periodSeconds: Seconds | undefined;
}

const signed = /^-?\d{1,20}$/;

/** `element` carries the merged attributes and children of all levels. */
export function timingOf(element: XmlElement, periodSeconds: Seconds | undefined): Timing {
  const timescale = BigInt(integerOf(element, 'timescale', /^\d{1,10}$/) ?? 1);
  const durationTicks = bigintOf(element, 'duration');
  const timeline = childNamed(element, 'SegmentTimeline')?.entries;
  if (timescale === 0n || (durationTicks === 0n && !timeline))
    throw malformed('duration-of-nothing', { element: element.name });
  return {
    timescale,
    startNumber: bigintOf(element, 'startNumber') ?? 1n,
    endNumber: bigintOf(element, 'endNumber'),
    presentationTimeOffset: bigintOf(element, 'presentationTimeOffset', signed) ?? 0n,
    eptDelta: bigintOf(element, 'eptDelta', signed) ?? 0n,
    durationTicks,
    timeline,
    periodSeconds,
  };
}

/**
 * Every segment's slot, from a SegmentTimeline where there is one, else from equal durations up to the end
 * of the period (or `listed` segments). They are counted by arithmetic, before any is made.
 */
export function slotsOf(timing: Timing, listed?: number): Slots {
  const { timeline, timescale, presentationTimeOffset } = timing;
  // Made anew each time: kept, they would take more than the segments do.
  const runs = () => (timeline ? runsOfTimeline(timing, timeline) : [evenRun(timing, listed)]);
  let total = 0n;
  let gaps = 0;
  let first: Run | undefined;
  let last: Run | undefined;
  for (const run of runs()) {
    total += run.count;
    // As fit.ts has it: holes of half a second are told.
    if (last && (run.time - last.time - last.ticks * last.count) * 2n >= timescale) gaps += 1;
    first ??= run;
    last = run;
  }
  checkSegmentCount(total);
  if (total === 0n || !first || !last) throw malformed('rendition-without-segments');
  const at = (ticks: bigint) => secondsOf(ticks - presentationTimeOffset, timescale);
  return {
    count: Number(total),
    mostGaps: gaps + 2,
    startSeconds: at(first.time),
    endSeconds: at(last.time + last.ticks * last.count),
    areNominal: !timeline,
    *[Symbol.iterator]() {
      let index = 0;
      for (const { time: start, ticks, count: repeats, number } of runs())
        for (let i = 0n; i < repeats; i++) {
          const time = start + i * ticks;
          const startSeconds = at(time);
          const durationSeconds = toMicros(at(time + ticks) - startSeconds);
          yield { index, number: number + i, time, startSeconds, durationSeconds };
          index += 1;
        }
    },
  };
}

interface Run {
  readonly time: bigint;
  readonly ticks: bigint;
  readonly count: bigint;
  /** Of its first segment. */
  readonly number: bigint;
}

function evenRun(timing: Timing, listed: number | undefined): Run {
  const { durationTicks: ticks, presentationTimeOffset, eptDelta, startNumber, endNumber } = timing;
  // ISO/IEC 23009-1 section 5.3.9.2.2: by so much the first segment starts after the Period.
  const run = { time: presentationTimeOffset + eptDelta, number: startNumber };
  const length = periodEnd(timing);
  if (ticks === undefined) {
    // A single file that lasts as long as the period.
    if (listed !== 1 || length === undefined) throw malformed('segments-without-duration');
    return { ...run, ticks: length, count: 1n };
  }
  if (listed !== undefined) return { ...run, ticks, count: BigInt(listed) };
  const byNumber = endNumber === undefined ? undefined : positive(endNumber - startNumber + 1n);
  if (length === undefined) {
    if (byNumber === undefined) throw malformed('no-end-known');
    return { ...run, ticks, count: byNumber };
  }
  const byLength = divideUp(length - eptDelta, ticks);
  return { ...run, ticks, count: byNumber !== undefined && byNumber < byLength ? byNumber : byLength };
}

/** ISO/IEC 23009-1 section 5.3.9.6: S@r repeats, a negative one up to the next S@t or the period's end. */
function* runsOfTimeline(timing: Timing, entries: readonly TimelineEntry[]): Generator<Run> {
  const { endNumber } = timing;
  let next = timing.presentationTimeOffset;
  let number = timing.startNumber;
  for (const [at, entry] of entries.entries()) {
    const ticks = tickOf(entry.d, 'd', /^\d{1,20}$/);
    if (ticks === undefined || ticks === 0n) throw malformed('timeline-without-duration');
    if (entry.k !== '' && entry.k !== '1') throw unsupported('segment-sequences');
    // Only the first entry's default is 0, whatever the offset; the others follow on.
    const time = tickOf(entry.t, 't', signed) ?? (at === 0 ? 0n : next);
    const repeat = tickOf(entry.r, 'r', signed) ?? 0n;
    const count = repeat >= 0n ? repeat + 1n : untilNext(timing, entries[at + 1], time, ticks);
    number = tickOf(entry.n, 'n', /^\d{1,20}$/) ?? number;
    const room = endNumber === undefined ? count : positive(endNumber - number + 1n);
    yield { time, ticks, count: room < count ? room : count, number };
    next = time + ticks * count;
    number += count;
  }
}

function tickOf(value: string, name: string, pattern: RegExp): bigint | undefined {
  if (value === '') return undefined;
  if (!pattern.test(value.trim())) throw malformed('wrong-value', { text: quote(value), name, element: 'S' });
  return BigInt(value.trim());
}

function untilNext(
  timing: Timing,
  following: TimelineEntry | undefined,
  time: bigint,
  ticks: bigint,
): bigint {
  const length = periodEnd(timing);
  const end =
    (following && tickOf(following.t, 't', signed)) ??
    (following || length === undefined ? undefined : timing.presentationTimeOffset + length);
  if (end === undefined) throw malformed('timeline-without-end');
  return divideUp(end - time, ticks);
}

/**
 * Length of the period in ticks, a begun tick counted; the thousandth takes off what is only the error of
 * floating point, which would make a segment that does not exist.
 */
function periodEnd(timing: Timing): bigint | undefined {
  if (timing.periodSeconds === undefined) return undefined;
  return BigInt(Math.max(0, Math.ceil(timing.periodSeconds * Number(timing.timescale) - 1e-3)));
}

/** To the microsecond, however large the ticks. */
export function secondsOf(ticks: bigint, timescale: bigint): Seconds {
  const whole = ticks / timescale;
  return toMicros(Number(whole) + Number(ticks % timescale) / Number(timescale));
}

function divideUp(value: bigint, by: bigint): bigint {
  return value <= 0n ? 0n : (value + by - 1n) / by;
}

function positive(value: bigint): bigint {
  return value > 0n ? value : 0n;
}
