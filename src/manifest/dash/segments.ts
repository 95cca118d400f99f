import type { ByteRange, SegmentEncryption } from '../../shared/presentation.ts';
import type { Seconds } from '../../shared/units.ts';
import { resolveAddress } from '../address.ts';
import { checkSegmentCount, MAX_ADDRESS_LENGTH } from '../limits.ts';
import { malformed, quote, unsupported } from '../refuse.ts';
import { encryptionAt } from './encryption.ts';
import type { Representation } from './mpd.ts';
import { fillTemplate } from './template.ts';
import type { TemplateValues } from './template.ts';
import { slotCount, slotsOf, timingOf } from './timeline.ts';
import type { Slot } from './timeline.ts';
import { childNamed, childrenNamed } from './xml.ts';
import type { XmlElement } from './xml.ts';

export interface InitFile {
  readonly url: string;
  readonly byteRange: ByteRange | undefined;
}
export interface SegmentFile extends InitFile {
  readonly startSeconds: Seconds;
  readonly durationSeconds: Seconds;
  readonly encryption: SegmentEncryption | undefined;
}
export interface Files {
  readonly init: InitFile | undefined;
  readonly segments: readonly SegmentFile[];
}

/** What a representation asks for, by arithmetic, before anything is made. Errors: `manifest/*`. */
export function demandOf(
  representation: Representation,
  periodSeconds: Seconds | undefined,
): { segments: number; addressLength: number } {
  const { addressing, baseReferences } = representation;
  const base = baseReferences.reduce((sum, reference) => sum + reference.length, 0);
  if (addressing.kind === 'file') return { segments: 1, addressLength: base };
  const { element } = addressing;
  const media = element.attributes.get('media');
  if (addressing.kind === 'template' && media === undefined) return { segments: 1, addressLength: base };
  if (media && media.length > MAX_ADDRESS_LENGTH) throw unsupported('addresses of such length');
  const listed = addressing.kind === 'list' ? childrenNamed(element, 'SegmentURL').length : undefined;
  const segments = slotCount(timingOf(element, periodSeconds), listed);
  return { segments, addressLength: base + representation.id.length + (media?.length ?? 0) };
}

/** Every file of a representation, by absolute address on `origin`. Errors: `manifest/*`. */
export function filesOf(
  representation: Representation,
  periodSeconds: Seconds | undefined,
  origin: string,
): Files {
  const base = representation.baseReferences.reduce((outer, inner) => resolveAddress(inner, outer), origin);
  const { addressing } = representation;
  switch (addressing.kind) {
    case 'template':
      return fromTemplate(representation, addressing.element, periodSeconds, base);
    case 'list':
      return fromList(representation, addressing.element, periodSeconds, base);
    case 'file':
      return fromFile(representation, addressing.indexed, periodSeconds, base);
  }
}

function fromTemplate(
  representation: Representation,
  element: XmlElement,
  periodSeconds: Seconds | undefined,
  base: string,
): Files {
  const media = element.attributes.get('media');
  if (media === undefined) {
    if (representation.kind === 'subtitles') return fromFile(representation, false, periodSeconds, base);
    throw unsupported('files that are cut along an index inside them');
  }
  const values = valuesOf(representation);
  const initialization = element.attributes.get('initialization');
  const slots = slotsOf(timingOf(element, periodSeconds));
  return {
    init: initialization === undefined ? initOf(element, base) : { url: resolveAddress(fillTemplate(initialization, values), base), byteRange: undefined }, // prettier-ignore
    segments: slots.map((slot, index) =>
      segmentAt(representation, slot, index, base, {
        url: resolveAddress(fillTemplate(media, { ...values, ...slot }), base),
        byteRange: undefined,
      }),
    ),
  };
}

function fromList(
  representation: Representation,
  element: XmlElement,
  periodSeconds: Seconds | undefined,
  base: string,
): Files {
  const listed = childrenNamed(element, 'SegmentURL');
  checkSegmentCount(listed.length);
  const slots = slotsOf(timingOf(element, periodSeconds), listed.length);
  if (slots.length < listed.length) throw malformed('a list has more segments than its timeline');
  return {
    init: initOf(element, base),
    segments: listed.map((entry, index) =>
      segmentAt(representation, slots[index] as Slot, index, base, {
        // Without an address it is a range of the representation's own file.
        url: resolveAddress(entry.attributes.get('media') ?? '', base),
        byteRange: rangeOf(entry, 'mediaRange'),
      }),
    ),
  };
}

/** One file with everything: usual for subtitles, which need no index. */
function fromFile(
  representation: Representation,
  indexed: boolean,
  periodSeconds: Seconds | undefined,
  base: string,
): Files {
  if (indexed || representation.kind !== 'subtitles')
    throw unsupported('files that are cut along an index inside them');
  if (representation.baseReferences.length === 0) throw malformed('subtitles without an address');
  if (periodSeconds === undefined) throw malformed('the length of the period is not told');
  const slot: Slot = { number: 1n, time: 0n, startSeconds: 0, durationSeconds: periodSeconds };
  return {
    init: undefined,
    segments: [segmentAt(representation, slot, 0, base, { url: base, byteRange: undefined })],
  };
}

function segmentAt(
  representation: Representation,
  slot: Slot,
  index: number,
  base: string,
  file: InitFile,
): SegmentFile {
  const { startSeconds, durationSeconds } = slot;
  const values = { ...valuesOf(representation), number: slot.number, time: slot.time };
  const encryption = encryptionAt(representation.protection, index, values, base);
  return { ...file, startSeconds, durationSeconds, encryption };
}

function valuesOf(representation: Representation): TemplateValues {
  return { representationId: representation.id, bandwidth: representation.bandwidthBitsPerSecond };
}

function initOf(element: XmlElement, base: string): InitFile | undefined {
  const initialization = childNamed(element, 'Initialization');
  if (!initialization) return undefined;
  return {
    url: resolveAddress(initialization.attributes.get('sourceURL') ?? '', base),
    byteRange: rangeOf(initialization, 'range'),
  };
}

/** "first-last", both included, as in an HTTP Range. */
function rangeOf(element: XmlElement, name: string): ByteRange | undefined {
  const value = element.attributes.get(name);
  if (value === undefined) return undefined;
  const [, first, last] = /^(\d{1,15})-(\d{1,15})$/.exec(value.trim()) ?? [];
  const lengthBytes = Number(last) - Number(first) + 1;
  if (!(lengthBytes > 0)) throw malformed(`${quote(value)} is not a byte range`);
  return { offsetBytes: Number(first), lengthBytes };
}
