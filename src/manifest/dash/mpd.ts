import type { RenditionKind } from '../../shared/presentation.ts';
import type { Seconds } from '../../shared/units.ts';
import { codecList, kindOfCodec } from '../codecs.ts';
import { MAX_RENDITIONS } from '../limits.ts';
import { live, malformed, unsupported } from '../refuse.ts';
import { protectionOf } from './encryption.ts';
import type { Protection } from './encryption.ts';
import { durationOf, frameRateOf, integerOf } from './values.ts';
import { childNamed, childrenNamed, parseXml } from './xml.ts';
import type { XmlElement } from './xml.ts';

export interface BaseUrl {
  readonly reference: string;
  readonly serviceLocation: string | undefined;
}

/** One Period's MPD, with what representations inherit worked in. */
export interface Mpd {
  /** Alternatives for the whole presentation. */
  readonly baseUrls: readonly BaseUrl[];
  readonly periodSeconds: Seconds | undefined;
  readonly representations: readonly Representation[];
}

export interface Representation {
  readonly id: string;
  readonly kind: RenditionKind;
  readonly mimeType: string;
  readonly codecs: string;
  readonly bandwidthBitsPerSecond: number;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number | undefined;
  readonly channels: number | undefined;
  readonly language: string;
  readonly label: string | undefined;
  readonly roles: readonly string[];
  readonly protection: Protection;
  /** To be resolved one after the other, outermost first, on top of one of the MPD's. */
  readonly baseReferences: readonly string[];
  readonly addressing: Addressing;
}

/** How segments are found; the element has the attributes and children of all levels. */
export type Addressing =
  | { readonly kind: 'template'; readonly element: XmlElement }
  | { readonly kind: 'list'; readonly element: XmlElement }
  /** One file: complete in itself, or (`indexed`) to be cut along an index inside it. */
  | { readonly kind: 'file'; readonly indexed: boolean };

/** ISO/IEC 23009-1 section 5. Errors: `manifest/malformed`, `manifest/unsupported`, `manifest/live`. */
export function parseMpd(text: string): Mpd {
  const root = parseXml(text);
  if (root.name !== 'MPD') throw malformed('its root element is not MPD');
  if (root.attributes.get('type') === 'dynamic') throw live();
  const [period, ...morePeriods] = childrenNamed(root, 'Period');
  if (!period) throw malformed('it has no Period');
  if (morePeriods.length > 0) throw unsupported('several periods');
  const sets = childrenNamed(period, 'AdaptationSet');
  if ([period, ...sets].some((element) => element.attributes.has('href')))
    throw unsupported('parts that lie in other files');
  const count = sets.reduce((sum, set) => sum + childrenNamed(set, 'Representation').length, 0);
  if (count > MAX_RENDITIONS) throw unsupported(`more than ${MAX_RENDITIONS} renditions`);
  const ofRoot = childrenNamed(root, 'BaseURL');
  const ofPeriod = childrenNamed(period, 'BaseURL');
  const shared = ofRoot.length > 0 ? ofRoot : ofPeriod;
  return {
    baseUrls: shared.map((element) => ({
      reference: element.text,
      serviceLocation: element.attributes.get('serviceLocation') || undefined,
    })),
    periodSeconds: durationOf(period, 'duration') ?? durationOf(root, 'mediaPresentationDuration'),
    representations: sets.filter(isUnderstood).flatMap((set) =>
      childrenNamed(set, 'Representation')
        .filter(isUnderstood)
        .flatMap((element) => representationOf(period, set, element, ofRoot.length > 0) ?? []),
    ),
  };
}

/**
 * An EssentialProperty that is not known means: leave this element out (trick play, thumbnails, 360°). The
 * color descriptors are the exception that every player makes.
 */
function isUnderstood(element: XmlElement): boolean {
  return childrenNamed(element, 'EssentialProperty').every((property) =>
    property.attributes.get('schemeIdUri')?.startsWith('urn:mpeg:mpegB:cicp:'),
  );
}

/** undefined: neither video nor audio nor subtitles (pictures, events). */
function representationOf(
  period: XmlElement,
  set: XmlElement,
  element: XmlElement,
  basesAreOfRoot: boolean,
): Representation | undefined {
  const attributes = new Map([...set.attributes, ...element.attributes]);
  const both: XmlElement = { ...element, attributes };
  const codecs = codecList(attributes.get('codecs') ?? '');
  const mimeType = (attributes.get('mimeType') ?? '').toLowerCase();
  const kind = kindOf(attributes.get('contentType'), mimeType, codecs);
  if (!kind) return undefined;
  const nested = [...(basesAreOfRoot ? [period] : []), set, element];
  return {
    id: attributes.get('id') ?? '',
    kind,
    mimeType,
    codecs: codecs.join(','),
    bandwidthBitsPerSecond: integerOf(element, 'bandwidth') ?? 0,
    width: integerOf(both, 'width', /^\d{1,6}$/) ?? 0,
    height: integerOf(both, 'height', /^\d{1,6}$/) ?? 0,
    frameRate: frameRateOf(both, 'frameRate'),
    channels: channelsOf(element) ?? channelsOf(set),
    language: set.attributes.get('lang') || 'und',
    label: childNamed(set, 'Label')?.text || undefined,
    roles: childrenNamed(set, 'Role').map((role) => role.attributes.get('value') ?? ''),
    protection: protectionOf([set, element]),
    baseReferences: nested.flatMap((level) => childNamed(level, 'BaseURL')?.text || []),
    addressing: addressingOf([period, set, element]),
  };
}

function kindOf(
  contentType: string | undefined,
  mimeType: string,
  codecs: string[],
): RenditionKind | undefined {
  const told = contentType ?? (mimeType.startsWith('application/') ? undefined : mimeType.split('/')[0]);
  if (told === 'video' || told === 'audio') return told;
  if (told === 'text') return 'subtitles';
  return told ? undefined : codecs.map(kindOfCodec).find((kind) => kind !== undefined);
}

/** ISO/IEC 23001-8 ChannelConfiguration: up to 6 the value is the number of channels. */
const channelsByConfiguration = [0, 1, 2, 3, 4, 5, 6, 8, 0, 3, 4, 7, 8, 24, 8];
const channelSchemes = new Set([
  'urn:mpeg:dash:23003:3:audio_channel_configuration:2011',
  'urn:mpeg:mpegB:cicp:ChannelConfiguration',
]);

function channelsOf(element: XmlElement): number | undefined {
  const found = childrenNamed(element, 'AudioChannelConfiguration').find((configuration) =>
    channelSchemes.has(configuration.attributes.get('schemeIdUri') ?? ''),
  );
  const value = Number(found?.attributes.get('value'));
  return channelsByConfiguration[value] || undefined;
}

/** The innermost level decides how segments are found; attributes and children it lacks come from outside. */
function addressingOf(levels: readonly XmlElement[]): Addressing {
  for (const level of levels.toReversed()) {
    if (childNamed(level, 'SegmentTemplate'))
      return { kind: 'template', element: merged(levels, 'SegmentTemplate') };
    if (childNamed(level, 'SegmentList')) return { kind: 'list', element: merged(levels, 'SegmentList') };
    if (childNamed(level, 'SegmentBase')) return { kind: 'file', indexed: true };
  }
  return { kind: 'file', indexed: false };
}

function merged(levels: readonly XmlElement[], name: string): XmlElement {
  const elements = levels.flatMap((level) => childNamed(level, name) ?? []);
  const inner = elements.toReversed();
  const childNames = new Set(elements.flatMap((element) => element.children.map((child) => child.name)));
  return {
    name,
    attributes: new Map(elements.flatMap((element) => [...element.attributes])),
    children: [...childNames].flatMap(
      (childName) =>
        inner.map((element) => childrenNamed(element, childName)).find((some) => some.length > 0) ?? [],
    ),
    text: '',
  };
}
