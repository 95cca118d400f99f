import type { ByteRange, SegmentEncryption } from '../../shared/presentation.ts';
import type { Seconds } from '../../shared/units.ts';
import { folderOf, resolveAddress } from '../address.ts';
import { checkSegmentCount, MAX_ADDRESS_LENGTH } from '../limits.ts';
import { malformed, quote, unsupported } from '../refuse.ts';
import { encryptionAt } from './encryption.ts';
import type { Protection } from './encryption.ts';
import type { FileIndex } from './file-index.ts';
import type { Representation } from './representation.ts';
import { fillTemplate } from './template.ts';
import { secondsOf, slotsOf, timingOf } from './timeline.ts';
import type { Slot, Slots } from './timeline.ts';
import { bigintOf, integerOf } from './values.ts';
import { childNamed, childrenNamed } from './xml.ts';
import type { XmlElement } from './xml.ts';

export interface MediaFile {
  /** As `Segment.path`. */
  readonly path: string;
  readonly byteRange: ByteRange | undefined;
}

/** What a representation is made of in one Period. Counted by arithmetic: nothing is made yet. */
export interface Part {
  readonly init: MediaFile | undefined;
  readonly slots: Slots;
  /** Characters that each segment takes for itself, about. */
  readonly ownLength: number;
  /** Of its whole address, about. */
  readonly addressLength: number;
  readonly fileOf: (slot: Slot) => MediaFile;
  readonly encryptionOf: (slot: Slot) => SegmentEncryption | undefined;
}

export interface PartOptions {
  readonly periodSeconds: Seconds | undefined;
  /** What the representation's addresses are relative to. */
  readonly base: string;
  readonly toPath: (address: string) => string;
  readonly index: FileIndex | undefined;
}

type Content = Omit<Part, 'encryptionOf' | 'addressLength'>;

/** Errors: `manifest/*`. */
export function partOf(representation: Representation, options: PartOptions): Part {
  const { base } = options;
  const content = contentOf(representation, options);
  const { id: representationId, bandwidthBitsPerSecond: bandwidth, protection } = representation;
  return {
    ...content,
    ownLength: content.ownLength + lengthOfKeys(protection, base),
    addressLength: content.ownLength + base.length,
    encryptionOf: ({ index, number, time }) =>
      encryptionAt(protection, index, { representationId, bandwidth, number, time }, base),
  };
}

/** An IV, and the address of the key. */
function lengthOfKeys(protection: Protection, base: string): number {
  if (protection.kind !== 'segments') return 0;
  const longest = Math.max(...protection.periods.map(({ keyUriTemplate }) => keyUriTemplate.length));
  return 130 + base.length + longest;
}

function contentOf(representation: Representation, options: PartOptions): Content {
  const { addressing } = representation;
  switch (addressing.kind) {
    case 'template':
      return fromTemplate(representation, addressing.element, options);
    case 'list':
      return fromList(addressing.element, options);
    case 'indexed':
      return fromIndex(addressing.element, options);
    case 'file':
      return fromFile(representation, options);
  }
}

function fromTemplate(
  { id: representationId, bandwidthBitsPerSecond: bandwidth }: Representation,
  element: XmlElement,
  { periodSeconds, base, toPath }: PartOptions,
): Content {
  const media = element.attributes.get('media') ?? '';
  if (media.length > MAX_ADDRESS_LENGTH) throw unsupported('long-addresses');
  const initialization = element.attributes.get('initialization');
  const path = pathsFrom(base, toPath);
  const isOneFile = !element.attributes.has('duration') && !/\$(Number|Time)/.test(media);
  return {
    init:
      initialization === undefined
        ? initOf(element, base, toPath)
        : { path: path(fillTemplate(initialization, { representationId, bandwidth })), byteRange: undefined },
    slots: slotsOf(timingOf(element, periodSeconds), isOneFile ? 1 : undefined),
    ownLength: ownLengthOf(media, base) + representationId.length,
    fileOf: ({ number, time }) => ({
      path: path(fillTemplate(media, { representationId, bandwidth, number, time })),
      byteRange: undefined,
    }),
  };
}

function fromList(element: XmlElement, { periodSeconds, base, toPath }: PartOptions): Content {
  const listed = childrenNamed(element, 'SegmentURL');
  checkSegmentCount(listed.length);
  const slots = slotsOf(timingOf(element, periodSeconds), listed.length);
  if (slots.count < listed.length) throw malformed('list-longer-than-timeline');
  const path = pathsFrom(base, toPath);
  return {
    init: initOf(element, base, toPath),
    slots: listed.length < slots.count ? firstOf(slots, listed.length) : slots,
    ownLength: ownLengthOf(listed[0]?.attributes.get('media') ?? '', base),
    fileOf: ({ index }) => {
      const entry = listed[index];
      return {
        // Without an address it is a range of the representation's own file.
        path: path(entry?.attributes.get('media') ?? ''),
        byteRange: entry && rangeOf(entry, 'mediaRange'),
      };
    },
  };
}

/** A list may stop before its timeline does. */
function firstOf(slots: Slots, count: number): Slots {
  return {
    ...slots,
    count,
    *[Symbol.iterator]() {
      for (const slot of slots) {
        if (slot.index >= count) return;
        yield slot;
      }
    },
  };
}

function fromIndex(element: XmlElement, { base, toPath, index }: PartOptions): Content {
  if (!index) throw unsupported('index-inside-files');
  const { timescale, earliestTime, entries, initRange } = index;
  const toldTimescale = BigInt(integerOf(element, 'timescale', /^\d{1,10}$/) ?? 1);
  const offset = bigintOf(element, 'presentationTimeOffset', /^-?\d{1,20}$/) ?? 0n;
  const startSeconds = secondsOf(earliestTime, timescale) - secondsOf(offset, toldTimescale || 1n);
  const length = entries.reduce((sum, { ticks }) => sum + ticks, 0n);
  const path = toPath(base);
  return {
    init: initOf(element, base, toPath) ?? (initRange && { path, byteRange: initRange }),
    slots: {
      count: entries.length,
      mostGaps: 2,
      startSeconds,
      endSeconds: startSeconds + secondsOf(length, timescale),
      areNominal: false,
      *[Symbol.iterator]() {
        let time = 0n;
        for (const [at, { ticks }] of entries.entries()) {
          const start = secondsOf(time, timescale);
          time += ticks;
          const durationSeconds = secondsOf(time, timescale) - start;
          yield {
            index: at,
            number: BigInt(at + 1),
            time,
            startSeconds: startSeconds + start,
            durationSeconds,
          };
        }
      },
    },
    ownLength: 0,
    fileOf: (slot) => ({ path, byteRange: entries[slot.index]?.byteRange }),
  };
}

/** One file with everything: usual for subtitles, which need no index. */
function fromFile({ baseLevels }: Representation, { periodSeconds, base, toPath }: PartOptions): Content {
  if (baseLevels.every((level) => level.length === 0)) throw malformed('subtitles-without-address');
  if (periodSeconds === undefined) throw malformed('period-without-length');
  const path = toPath(base);
  const slot: Slot = { index: 0, number: 1n, time: 0n, startSeconds: 0, durationSeconds: periodSeconds };
  return {
    init: undefined,
    slots: {
      count: 1,
      mostGaps: 0,
      startSeconds: 0,
      endSeconds: periodSeconds,
      areNominal: true,
      *[Symbol.iterator]() {
        yield slot;
      },
    },
    ownLength: 0,
    fileOf: () => ({ path, byteRange: undefined }),
  };
}

/** References that need no resolving: no "..", no scheme, nothing to encode. */
const plain = /^[A-Za-z0-9_][\w.-]*(?:\/[A-Za-z0-9_][\w.-]*)*$/;

/** References below one folder share its name. */
function ownLengthOf(reference: string, base: string): number {
  return plain.test(reference.replaceAll(/\$[^$]*\$/g, 'x'))
    ? reference.length
    : reference.length + base.length;
}

/** From a reference to a path. Most are plain names in one folder, and there may be 100,000 of them. */
function pathsFrom(base: string, toPath: (address: string) => string): (reference: string) => string {
  const folder = toPath(`${folderOf(base)}x`).slice(0, -1);
  return (reference) =>
    plain.test(reference) && base.length + reference.length < MAX_ADDRESS_LENGTH
      ? folder + reference
      : toPath(resolveAddress(reference, base));
}

function initOf(
  element: XmlElement,
  base: string,
  toPath: (address: string) => string,
): MediaFile | undefined {
  const initialization = childNamed(element, 'Initialization');
  if (!initialization) return undefined;
  return {
    path: toPath(resolveAddress(initialization.attributes.get('sourceURL') ?? '', base)),
    byteRange: rangeOf(initialization, 'range'),
  };
}

/** "first-last", both included, as in an HTTP Range. */
export function rangeOf(element: XmlElement, name: string): ByteRange | undefined {
  const value = element.attributes.get(name);
  if (value === undefined) return undefined;
  const [, first, last] = /^(\d{1,15})-(\d{1,15})$/.exec(value.trim()) ?? [];
  const lengthBytes = Number(last) - Number(first) + 1;
  if (!(lengthBytes > 0)) throw malformed('not-a-byte-range', { text: quote(value) });
  return { offsetBytes: Number(first), lengthBytes };
}
