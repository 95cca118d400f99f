import type { SegmentEncryption } from '../../shared/presentation.ts';
import { resolveKeyUri } from '../address.ts';
import { ivOfNumber } from '../iv.ts';
import { malformed, quote, unsupported } from '../refuse.ts';
import { fillTemplate } from './template.ts';
import type { TemplateValues } from './template.ts';
import { integerOf } from './values.ts';
import { childNamed, childrenNamed } from './xml.ts';
import type { XmlElement } from './xml.ts';

/** A run of segments under one key, counted from the first segment of the rendition. */
interface CryptoPeriod {
  readonly first: number;
  readonly end: number;
  readonly keyUriTemplate: string;
  readonly ivHex: string | undefined;
}

export type Protection =
  | { readonly kind: 'none' }
  /** Samples inside the files are encrypted for DRM systems. */
  | { readonly kind: 'drm'; readonly systems: readonly string[] }
  /** Whole segments are encrypted: ISO/IEC 23009-4. */
  | { readonly kind: 'segments'; readonly periods: readonly CryptoPeriod[] };

const AES_128_CBC = 'urn:mpeg:dash:sea:aes128-cbc:2013';

/** By the system ids that DASH-IF registers. */
const systemNames = new Map([
  ['edef8ba9-79d6-4ace-a3c8-27dcd51d21ed', 'Widevine'],
  ['9a04f079-9840-4286-ab92-e65be0885f95', 'PlayReady'],
  ['79f0049a-4098-8642-ab92-e65be0885f95', 'PlayReady'],
  ['94ce86fb-07ff-4f43-adb8-93d2fa968ca2', 'FairPlay'],
  ['e2719d58-a985-b3c9-781a-b030af78d30e', 'ClearKey'],
  ['1077efec-c0b2-4d02-ace3-3c1e52e2fb4b', 'ClearKey'],
  ['f239e769-efa3-4850-9c16-a903c6932efb', 'Primetime'],
  ['5e629af5-38da-4063-8977-97ffbd9902d4', 'Marlin'],
  ['adb41c24-2dbf-4a6d-958b-4457c0d27b95', 'Nagra'],
  ['9a27dd82-fde2-4725-8cbc-4234aa06ec09', 'VCAS'],
  ['80a6be7e-1448-4c37-9e70-d5aebe04c8d2', 'Irdeto'],
  ['3d5e6d35-9b9a-41e8-b843-dd3c6e72c42c', 'ChinaDRM'],
]);

/** What the ContentProtection descriptors of all levels ask for together. */
export function protectionOf(levels: readonly XmlElement[]): Protection {
  const descriptors = levels.flatMap((level) => childrenNamed(level, 'ContentProtection'));
  const ours = descriptors.filter((descriptor) => childNamed(descriptor, 'SegmentEncryption'));
  if (ours.length < descriptors.length) return { kind: 'drm', systems: systemsOf(descriptors) };
  const [descriptor] = ours.slice(-1);
  return descriptor ? { kind: 'segments', periods: periodsOf(descriptor) } : { kind: 'none' };
}

/** Names to tell the viewer; Common Encryption alone ("cenc", "cbcs") belongs to no system. */
function systemsOf(descriptors: readonly XmlElement[]): string[] {
  const names = descriptors.flatMap(({ attributes }) => {
    const id = /^urn:uuid:(.*)$/i.exec((attributes.get('schemeIdUri') ?? '').trim())?.[1];
    return systemNames.get(id?.toLowerCase() ?? '') ?? [];
  });
  return [...new Set(names)];
}

function periodsOf(descriptor: XmlElement): CryptoPeriod[] {
  const method = childNamed(descriptor, 'SegmentEncryption')?.attributes;
  const scheme = method?.get('schemeIdUri') ?? AES_128_CBC;
  if (scheme !== AES_128_CBC) throw unsupported(`encryption by ${quote(scheme)}`);
  if (method?.get('ivEncryptionFlag') === 'true') throw unsupported('encrypted IVs');
  if (childNamed(descriptor, 'CryptoTimeline')) throw unsupported('key rotation by a CryptoTimeline');
  const elements = childrenNamed(descriptor, 'CryptoPeriod');
  if (elements.length === 0) throw malformed('encrypted segments without a CryptoPeriod');
  let next = 0;
  return elements.map((element) => {
    const first = next + (integerOf(element, 'offset') ?? 0);
    next = first + (integerOf(element, 'numSegments') ?? Infinity);
    return { first, end: next, keyUriTemplate: keyUriOf(element), ivHex: ivOf(element) };
  });
}

function keyUriOf(element: XmlElement): string {
  const template = element.attributes.get('keyUriTemplate');
  if (!template) throw malformed('a CryptoPeriod without a key address');
  return template;
}

function ivOf(element: XmlElement): string | undefined {
  if (element.attributes.has('ivUriTemplate')) throw unsupported('IVs that must be fetched');
  const iv = element.attributes.get('IV');
  if (iv === undefined) return undefined;
  const [, digits] = /^(?:0x)?([0-9a-f]{1,32})$/i.exec(iv.trim()) ?? [];
  if (digits === undefined) throw malformed(`${quote(iv)} is not an IV`);
  return digits.toLowerCase().padStart(32, '0');
}

/**
 * The encryption of the segment at `index`; undefined in a stretch that no CryptoPeriod covers. Without an IV
 * of its own it is the segment's $Number$, as in HLS.
 */
export function encryptionAt(
  protection: Protection,
  index: number,
  values: TemplateValues & { readonly number: bigint },
  baseUrl: string,
): SegmentEncryption | undefined {
  if (protection.kind !== 'segments') return undefined;
  const period = protection.periods.find(({ first, end }) => index >= first && index < end);
  if (!period) return undefined;
  return {
    method: 'aes-128',
    keyUri: resolveKeyUri(fillTemplate(period.keyUriTemplate, values), baseUrl),
    ivHex: period.ivHex ?? ivOfNumber(values.number),
  };
}
