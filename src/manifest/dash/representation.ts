import { isLayoverError } from '../../shared/errors.ts';
import type { LayoverError } from '../../shared/errors.ts';
import type { ClosedCaptions, Container, RenditionKind } from '../../shared/presentation.ts';
import { codecList, kindOfCodec } from '../codecs.ts';
import { languageTag } from '../language.ts';
import { quote, unsupported } from '../refuse.ts';
import { addressingOf } from './addressing.ts';
import type { Addressing } from './addressing.ts';
import { baseUrlsOf } from './base-urls.ts';
import type { BaseLevels } from './base-urls.ts';
import { channelsOf, closedCaptionsOf, purposeOf, refuseUnknownEssential } from './descriptors.ts';
import type { Purpose } from './descriptors.ts';
import { protectionOf } from './encryption.ts';
import type { Protection } from './encryption.ts';
import { frameRateOf, looseNumberOf } from './values.ts';
import { childNamed, childrenNamed } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** A Representation with everything that it inherits. */
export interface Representation extends Purpose {
  readonly id: string;
  readonly setId: string;
  readonly kind: RenditionKind;
  readonly container: Container;
  readonly codecs: string;
  readonly bandwidthBitsPerSecond: number;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number | undefined;
  readonly channels: number | undefined;
  readonly language: string;
  readonly label: string | undefined;
  readonly selectionPriority: number;
  readonly closedCaptions: readonly ClosedCaptions[];
  readonly protection: Protection;
  readonly baseLevels: BaseLevels;
  readonly addressing: Addressing;
}

/** Left out, with the reason that counts when nothing of its kind remains. */
export interface Unusable {
  readonly kind: RenditionKind;
  readonly reason: LayoverError;
}

/** The elements around a Representation. */
export interface Surroundings {
  readonly root: XmlElement;
  readonly period: XmlElement;
  readonly set: XmlElement;
}

/** undefined: neither video nor audio nor subtitles (pictures, events). Errors: `manifest/malformed`. */
export function representationOf(
  around: Surroundings,
  element: XmlElement,
): Representation | Unusable | undefined {
  const { set } = around;
  const attributes = new Map([...set.attributes, ...element.attributes]);
  const codecs = codecList(attributes.get('codecs') ?? '');
  const mimeType = (attributes.get('mimeType') ?? '').trim().toLowerCase();
  const told =
    attributes.get('contentType') ?? childNamed(set, 'ContentComponent')?.attributes.get('contentType');
  const kind = kindOf(told, mimeType, codecs);
  if (!kind) return undefined;
  try {
    const container = containerOf(kind, mimeType);
    return read(around, { ...element, attributes }, element, { kind, container, codecs: codecs.join(',') });
  } catch (reason) {
    if (isLayoverError(reason, 'manifest/unsupported')) return { kind, reason };
    throw reason;
  }
}

function read(
  { root, period, set }: Surroundings,
  merged: XmlElement,
  element: XmlElement,
  format: Pick<Representation, 'kind' | 'container' | 'codecs'>,
): Representation {
  for (const level of [set, element]) {
    refuseUnknownEssential(level);
  }
  if (element.attributes.has('dependencyId')) throw unsupported('dependent-representations');
  // Pictures without their neighbors: made for seeking, whatever else they are called.
  if (merged.attributes.get('codingDependency') === 'false' && merged.attributes.has('maxPlayoutRate'))
    throw unsupported('trick-mode');
  const protection = protectionOf([root, period, set, element]);
  if (protection.kind === 'drm') throw protectedBy(protection.systems);
  const language =
    merged.attributes.get('lang') ?? childNamed(set, 'ContentComponent')?.attributes.get('lang');
  return {
    ...format,
    ...purposeOf([set, element]),
    id: element.attributes.get('id') ?? '',
    setId: set.attributes.get('id') ?? '',
    bandwidthBitsPerSecond: Math.round(looseNumberOf(element, 'bandwidth') ?? 0),
    width: Math.round(looseNumberOf(merged, 'width', 100_000) ?? 0),
    height: Math.round(looseNumberOf(merged, 'height', 100_000) ?? 0),
    frameRate: frameRateOf(merged, 'frameRate'),
    channels: channelsOf([set, element]),
    language: languageTag(language),
    label: [element, set].map((level) => childNamed(level, 'Label')?.text).find(Boolean),
    selectionPriority: looseNumberOf(merged, 'selectionPriority') ?? 1,
    closedCaptions: closedCaptionsOf(set),
    protection,
    baseLevels: [root, period, set, element].map(baseUrlsOf),
    addressing: addressingOf([period, set, element], format.container === 'webvtt'),
  };
}

function kindOf(told: string | undefined, mimeType: string, codecs: string[]): RenditionKind | undefined {
  const ofMimeType = mimeType.startsWith('application/') ? undefined : mimeType.split('/')[0];
  const type = told?.trim().toLowerCase() || ofMimeType;
  if (type === 'video' || type === 'audio') return type;
  if (type === 'text' || mimeType === 'application/ttml+xml') return 'subtitles';
  return type && type !== 'application'
    ? undefined
    : codecs.map(kindOfCodec).find((kind) => kind !== undefined);
}

/** Of subtitles, WebVTT as text is what the player shows. */
function containerOf(kind: RenditionKind, mimeType: string): Container {
  const [type = ''] = mimeType.split(';');
  if (kind === 'subtitles') {
    if (type === 'text/vtt') return 'webvtt';
    throw unsupported('subtitle-type', { text: quote(type) });
  }
  if (type === '' || /^(video|audio|application)\/mp4$/.test(type)) return 'mp4';
  if (/^(video|audio)\/mp2t$/.test(type)) return 'mpeg-ts';
  throw unsupported('file-type', { text: quote(type) });
}

function protectedBy(systems: readonly string[]): LayoverError {
  return systems.length === 0
    ? unsupported('unknown-drm')
    : unsupported('drm', { systems: systems.join(', ') });
}

export function isUsable(one: Representation | Unusable): one is Representation {
  return !('reason' in one);
}

/** All Representations of a set that are of a kind we know. */
export function representationsOf(around: Surroundings): (Representation | Unusable)[] {
  return childrenNamed(around.set, 'Representation').flatMap((one) => representationOf(around, one) ?? []);
}
