import type { ErrorDetails } from './errors.ts';

/**
 * Why a manifest is refused: `details.reason` of `manifest/malformed` and `manifest/unsupported` is one of these
 * codes; the words complete those errors' sentences. `{name}` is filled from the same details. Other languages:
 * resources/locales under `reason.<code>`; a test keeps them complete. `at-line` goes around any other.
 */
export const manifestReasons = {
  'at-line': 'line {line}: {reason}',

  // What arrived damaged, or breaks the rules of its own format.
  empty: 'it is empty',
  'too-large': 'it is larger than {sizeMebibytes} MiB',
  'web-page': 'a web page came instead of it',
  'neither-dialect': 'it is neither HLS nor DASH',
  'nothing-usable': 'it says nothing usable of {field}',
  'not-an-address': 'the address {text} is not one',
  'document-type': 'it has a document type, which is not allowed',
  'not-text': 'it is not text, or its encoding is not the one that it states',
  'not-xml': 'it is not well-formed XML',
  'nested-too-deep': 'it is nested too deep or names what it may not',
  'not-one-root': 'it does not have one root element',
  'not-mpd': 'its root element is not MPD',
  'not-a-reference': '{text} is not a reference of XML',
  'wrong-value': '{text} is not right for {name} of {element}',
  'no-period': 'it has no Period',
  'periods-out-of-order': 'its periods are out of order',
  'period-without-length': 'the length of the period is not told',
  'timeline-goes-back': 'a timeline that goes back',
  'timeline-without-end': 'a timeline repeats up to an end that it does not tell',
  'timeline-without-duration': 'a timeline entry without a duration',
  'duration-of-nothing': 'a duration of nothing in {element}',
  'rendition-without-segments': 'a rendition has no segments',
  'segments-without-duration': 'segments without a duration',
  'no-end-known': 'neither the period nor its last segment is known',
  'list-longer-than-timeline': 'a list has more segments than its timeline',
  'template-dollar': 'the template {text} has a $ too few',
  'template-unknown': 'the template {text} asks for {name}',
  'subtitles-without-address': 'subtitles without an address',
  'not-a-byte-range': '{text} is not a byte range',
  'no-crypto-period': 'encrypted segments without a CryptoPeriod',
  'crypto-period-without-key': 'a CryptoPeriod without a key address',
  'not-an-iv': '{text} is not an IV',
  'index-damaged': 'the index of a file is damaged',
  'index-elsewhere': 'an index is not where the manifest says',
  'index-names-nothing': 'the index of a file names nothing',
  'index-cut-off': 'a file ends inside its index',
  'more-than-asked': 'more of a file came than was asked for',
  'no-extm3u': 'it does not begin with #EXTM3U',
  'mixed-playlist': 'it mixes variants and segments',
  'neither-playlist': 'it names neither variants nor segments',
  'no-variants': 'it has no variants',
  'variant-without-address': 'a variant without an address',
  'address-without-variant': 'an address without #EXT-X-STREAM-INF',
  'playlist-missing': 'one of its playlists is missing',
  'no-segments': 'it has no segments',
  'end-missing': 'its end is missing',
  'last-without-address': 'its last segment has no address',
  'segment-without-duration': 'a segment without #EXTINF',
  'not-a-duration': 'not a duration',
  'not-a-sequence-number': 'not a sequence number',
  'late-sequence-number': 'a sequence number after a segment',
  'wrong-byte-range': 'not a byte range',
  'byte-range-begins-nowhere': 'a byte range that begins nowhere',
  'not-an-attribute': '{text} is not an attribute',
  'too-many-attributes': 'it has too many attributes',
  'wrong-attribute': '{name} of #{tag} is missing or wrong',
  'key-without-address': 'a key without an address',
  'init-without-iv': 'the init segment is encrypted, but there is no IV',
  'init-out-of-order': 'its init segments are out of order',
  'variable-undefined': 'the variable {name} is not defined',
  'variable-twice': 'the variable {name} is defined twice',
  'variable-from-nowhere': 'the variable {name} comes from nowhere',

  // What may well be right, but is not built, or is beyond any bound.
  'no-tracks': 'a manifest without video or audio',
  'nothing-but-stills': 'still frames or gaps, and nothing else',
  'long-addresses': 'addresses of such length',
  'long-variables': 'variables of such length',
  'long-files': 'files of such length',
  'long-elements': 'an element of such length',
  'long-media': 'more than three years of media',
  'too-many-segments': 'more than {most} segments in a rendition',
  'too-much-of-segments': 'so many segments with addresses of such length',
  'too-many-renditions': 'more than {most} renditions',
  'too-many-variants': 'more than {most} variants',
  'too-many-variables': 'more than {most} variables',
  'too-many-periods': 'more than {most} periods',
  'too-much-of-periods': 'so many periods with so many renditions',
  'too-many-elements': 'a manifest of so many elements',
  'too-many-servers': 'so many servers',
  'index-too-long': 'an index of such length',
  'index-too-deep': 'an index of so many levels',
  'no-index': 'files without an index',
  'index-inside-files': 'files that are cut along an index inside them',
  'foreign-scheme': 'addresses with the scheme {text}',
  'segment-sequences': 'segment sequences',
  'lists-elsewhere': 'lists that lie in other files',
  'parts-elsewhere': 'parts that lie in other files',
  'imported-periods': 'periods from other manifests',
  'dependent-representations': 'representations that build on each other',
  'trick-mode': 'a trick mode',
  thumbnails: 'thumbnails',
  'picture-parts': 'parts of a larger picture',
  'sound-parts': 'sound in several parts',
  'address-parameters': 'addresses with parameters',
  'unknown-property': 'the property {text}',
  drm: 'protection by DRM ({systems})',
  'unknown-drm': 'protection by a DRM system',
  encryption: 'encryption by {text}',
  'encrypted-ivs': 'encrypted IVs',
  'fetched-ivs': 'IVs that must be fetched',
  'crypto-timeline': 'key rotation by a CryptoTimeline',
  'key-of-a-service': 'a key that only its own service gives',
  'subtitle-type': 'subtitles of the type {text}',
  'file-type': 'files of the type {text}',
  'mixed-containers': 'MP4 and other files in one rendition',
} as const satisfies Record<string, string>;

export type ManifestReason = keyof typeof manifestReasons;

export const manifestReasonCodes = Object.keys(manifestReasons) as ManifestReason[];

type Blanks<Words extends string> = Words extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Blanks<Rest>
  : never;

/** What fills the blanks of a reason's words. */
export type ReasonParams<R extends ManifestReason> = Record<
  Blanks<(typeof manifestReasons)[R]>,
  string | number
>;

/**
 * The reason in these details, in words. `word` says one in some language. A reason that is no code (written by
 * another version, or not of a manifest) comes back as it is.
 */
export function reasonWords(
  details: ErrorDetails,
  word: (code: ManifestReason, params: ErrorDetails) => string = inEnglish,
): string | undefined {
  const { reason, ...params } = details;
  if (reason === undefined) return undefined;
  if (!isManifestReason(reason)) return String(reason);
  const words = word(reason, params);
  const { line } = params;
  return line === undefined ? words : word('at-line', { line, reason: words });
}

function isManifestReason(reason: string | number): reason is ManifestReason {
  return Object.hasOwn(manifestReasons, reason);
}

function inEnglish(code: ManifestReason, params: ErrorDetails): string {
  return manifestReasons[code].replaceAll(/\{(\w+)\}/g, (blank, name: string) =>
    String(params[name] ?? blank),
  );
}
