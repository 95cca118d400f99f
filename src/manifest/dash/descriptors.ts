import type { ClosedCaptions } from '../../shared/presentation.ts';
import { languageTag } from '../language.ts';
import { quote, unsupported } from '../refuse.ts';
import { childrenNamed } from './xml.ts';
import type { XmlElement } from './xml.ts';

const ROLE = 'urn:mpeg:dash:role:2011';
/** TV-Anytime's AudioPurposeCS; DVB uses it for subtitles too. */
const PURPOSE = 'urn:tva:metadata:cs:AudioPurposeCS:2007';

/** Values of the descriptors `name` with that scheme, in all levels, outermost first. */
function valuesOf(levels: readonly XmlElement[], name: string, scheme: string): string[] {
  return levels
    .flatMap((level) => childrenNamed(level, name))
    .filter((descriptor) => descriptor.attributes.get('schemeIdUri') === scheme)
    .map((descriptor) => descriptor.attributes.get('value') ?? '');
}

/** What an adaptation set is for. */
export interface Purpose {
  readonly isMain: boolean;
  /** Another view of the same, or a helper: not a rung of the ladder. */
  readonly isSecondary: boolean;
  readonly isAudioDescription: boolean;
  readonly isHardOfHearing: boolean;
  readonly isForced: boolean;
}

const secondaryRoles = ['alternate', 'supplementary', 'sign', 'commentary', 'emergency', 'metadata'];

/** ISO/IEC 23009-1 section 5.8.5.5 and DVB-DASH 6.1.2, 7.1.2: roles and accessibility descriptors. */
export function purposeOf(levels: readonly XmlElement[]): Purpose {
  // Before the edition of 2019 some wrote the underscore.
  const roles = valuesOf(levels, 'Role', ROLE).map((role) => role.trim().toLowerCase().replaceAll('_', '-'));
  const needs = valuesOf(levels, 'Accessibility', ROLE);
  const purposes = valuesOf(levels, 'Accessibility', PURPOSE);
  const isMain = roles.includes('main');
  return {
    isMain,
    isSecondary: !isMain && roles.some((role) => secondaryRoles.includes(role)),
    isAudioDescription: [...roles, ...needs].includes('description') || purposes.includes('1'),
    isHardOfHearing: [...roles, ...needs].includes('caption') || purposes.includes('2'),
    isForced: roles.includes('forced-subtitle'),
  };
}

/** ISO/IEC 23091-3 ChannelConfiguration: how many channels each value has. */
const channelsByConfiguration = [0, 1, 2, 3, 4, 5, 6, 8, 0, 3, 4, 7, 8, 24, 8, 12, 10, 12, 14, 12, 14];

const channelReaders = new Map<string, (value: string) => number | undefined>([
  ['urn:mpeg:mpegB:cicp:ChannelConfiguration', (value) => channelsByConfiguration[Number(value)]],
  // The value is the number of channels, but encoders write the configuration: they are the same up to 6.
  ['urn:mpeg:dash:23003:3:audio_channel_configuration:2011', (value) => channelsByConfiguration[Number(value)]],
  ['urn:dolby:dash:audio_channel_configuration:2011', dolbyChannels],
  ['tag:dolby.com,2014:dash:audio_channel_configuration:2011', dolbyChannels],
  ['urn:dts:dash:audio_channel_configuration:2012', (value) => Number(value)],
  ['tag:dts.com,2014:dash:audio_channel_configuration:2012', (value) => Number(value)],
  ['tag:dts.com,2018:uhd:audio_channel_configuration', bits],
]); // prettier-ignore

/** Of the 16 bits of Dolby's channel map (ETSI TS 102 366 table E.1.4), those that stand for a pair. */
const dolbyPairs = 0x0670;

function dolbyChannels(value: string): number | undefined {
  if (!/^[0-9a-f]{4}$/i.test(value)) return undefined;
  const mask = parseInt(value, 16);
  return ones(mask) + ones(mask & dolbyPairs);
}

function bits(value: string): number | undefined {
  return /^[0-9a-f]{1,8}$/i.test(value) ? ones(parseInt(value, 16)) : undefined;
}

function ones(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length;
}

/** How many channels of sound; undefined where no scheme that is known says it. Innermost level first. */
export function channelsOf(levels: readonly XmlElement[]): number | undefined {
  for (const level of levels.toReversed())
    for (const { attributes } of childrenNamed(level, 'AudioChannelConfiguration')) {
      const read = channelReaders.get(attributes.get('schemeIdUri') ?? '');
      const channels = read?.((attributes.get('value') ?? '').trim());
      if (channels !== undefined && channels >= 1 && channels <= 64) return Math.trunc(channels);
    }
  return undefined;
}

const CEA_608 = 'urn:scte:dash:cc:cea-608:2015';
const CEA_708 = 'urn:scte:dash:cc:cea-708:2015';

/**
 * Captions inside the picture (ANSI/SCTE 214-1): "CC1=eng;CC3=swe", or "eng;swe" from CC1 on; for CEA-708
 * "1=lang:eng;2=lang:deu,war:1".
 */
export function closedCaptionsOf(set: XmlElement): ClosedCaptions[] {
  const entries = (scheme: string) =>
    valuesOf([set], 'Accessibility', scheme).flatMap((value) => value.split(';').filter(Boolean));
  const of608 = entries(CEA_608).map((entry, at): [string, string] => {
    const [channel = '', language] = entry.split('=');
    // Without channels the two fields are meant: CC1 and CC3.
    return language === undefined ? [at === 0 ? 'CC1' : 'CC3', channel] : [channel, language];
  });
  const of708 = entries(CEA_708).map((entry): [string, string] => {
    const [service = '', told = ''] = entry.split('=');
    return [`SERVICE${service}`, /lang:([^,]*)/.exec(told)?.[1] ?? told];
  });
  return [...of608, ...of708].flatMap(([channel, told]) => {
    const instreamId = channel.trim().toUpperCase();
    const language = languageTag(told);
    if (!/^(CC[1-4]|SERVICE([1-9]|[1-5]\d|6[0-3]))$/.test(instreamId)) return [];
    return [{ instreamId, language, name: language }];
  });
}

type PropertyReason = 'trick-mode' | 'thumbnails' | 'picture-parts' | 'sound-parts' | 'address-parameters';

const reasons = new Map<string, PropertyReason>([
  ['http://dashif.org/guidelines/trickmode', 'trick-mode'],
  ['http://dashif.org/thumbnail_tile', 'thumbnails'],
  ['http://dashif.org/guidelines/thumbnail_tile', 'thumbnails'],
  ['urn:mpeg:dash:srd:2014', 'picture-parts'],
  ['urn:mpeg:dash:preselection:2016', 'sound-parts'],
  ['urn:mpeg:dash:urlparam:2014', 'address-parameters'],
  ['urn:mpeg:dash:urlparam:2016', 'address-parameters'],
]);

/** Coding-independent code points: color and the like, which every player takes as a hint. */
const HARMLESS = 'urn:mpeg:mpegB:cicp:';

/**
 * What an EssentialProperty asks for that is not known: its element must not be used then (ISO/IEC 23009-1
 * section 5.8.4.8). Errors: `manifest/unsupported`.
 */
export function refuseUnknownEssential(element: XmlElement): void {
  const schemes = childrenNamed(element, 'EssentialProperty').map(
    (property) => property.attributes.get('schemeIdUri') ?? '',
  );
  const unknown = schemes.find((scheme) => !scheme.startsWith(HARMLESS));
  if (unknown === undefined) return;
  const reason = reasons.get(unknown);
  throw reason ? unsupported(reason) : unsupported('unknown-property', { text: quote(unknown) });
}
