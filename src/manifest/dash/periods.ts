import type { Seconds } from '../../shared/units.ts';
import { malformed, unsupported } from '../refuse.ts';
import { toMicros } from '../timing.ts';
import { refuseUnknownEssential } from './descriptors.ts';
import { durationOf } from './values.ts';
import { childrenNamed } from './xml.ts';
import type { XmlElement } from './xml.ts';

export interface PeriodElement {
  readonly element: XmlElement;
  /** undefined: as long as its segments. */
  readonly durationSeconds: Seconds | undefined;
}

/** A film with an advertisement a minute has fewer. */
const MAX_PERIODS = 1_000;
/** "Take this element away" (ISO/IEC 23009-1 section 5.5.3). */
const RESOLVE_TO_ZERO = 'urn:mpeg:dash:resolve-to-zero:2013';

/**
 * The Periods of an MPD in order, with their lengths (ISO/IEC 23009-1 section 5.3.2.1): as told, but no
 * longer than up to the next one's start; without, up to the next one's start, or to the end of all. Those
 * of no length are left out. Errors: `manifest/malformed`, `manifest/unsupported`.
 */
export function periodsOf(root: XmlElement): PeriodElement[] {
  const elements = childrenNamed(root, 'Period').filter((element) => !isNothing(element));
  if (elements.length === 0) throw malformed('no-period');
  if (elements.length > MAX_PERIODS) throw unsupported('too-many-periods', { most: MAX_PERIODS });
  const end = durationOf(root, 'mediaPresentationDuration');
  let start: Seconds | undefined = 0;
  return elements.flatMap((element, at) => {
    refuseForeign(element);
    const following = elements[at + 1];
    const told = durationOf(element, 'duration');
    start = durationOf(element, 'start') ?? start;
    const next = following && durationOf(following, 'start');
    const room: Seconds | undefined = lengthOf(
      start,
      next ?? (following || told !== undefined ? undefined : end),
    );
    if (room !== undefined && room < 0 && following) throw malformed('periods-out-of-order');
    const durationSeconds = shorter(told, room !== undefined && room < 0 ? undefined : room);
    start = start === undefined || durationSeconds === undefined ? undefined : start + durationSeconds;
    return durationSeconds === 0 ? [] : [{ element, durationSeconds }];
  });
}

function lengthOf(start: Seconds | undefined, end: Seconds | undefined): Seconds | undefined {
  return start === undefined || end === undefined ? undefined : toMicros(end - start);
}

function shorter(one: Seconds | undefined, other: Seconds | undefined): Seconds | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

function isNothing(element: XmlElement): boolean {
  return element.attributes.get('href') === RESOLVE_TO_ZERO;
}

/** What lies elsewhere may be fetched before playing ("onLoad") or in the middle; neither is kept offline. */
function refuseForeign(element: XmlElement): void {
  const sets = childrenNamed(element, 'AdaptationSet');
  if ([element, ...sets].some((one) => one.attributes.has('href') && !isNothing(one)))
    throw unsupported('parts-elsewhere');
  if (childrenNamed(element, 'ImportedMPD').length > 0) throw unsupported('imported-periods');
  refuseUnknownEssential(element);
}

/** The adaptation sets that are there. */
export function setsOf({ element }: PeriodElement): XmlElement[] {
  return childrenNamed(element, 'AdaptationSet').filter((set) => !isNothing(set));
}
