import type { SegmentEncryption } from '../../shared/presentation.ts';
import { resolveKeyUri } from '../address.ts';
import { drmSystemName } from '../drm-systems.ts';
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

/** What the ContentProtection descriptors of all levels ask for together. */
export function protectionOf(levels: readonly XmlElement[]): Protection {
  const descriptors = levels.flatMap((level) => childrenNamed(level, 'ContentProtection'));
  const ours = descriptors.filter((descriptor) => childNamed(descriptor, 'SegmentEncryption'));
  if (ours.length < descriptors.length) return { kind: 'drm', systems: systemsOf(descriptors) };
  const [descriptor] = ours.slice(-1);
  return descriptor ? { kind: 'segments', periods: periodsOf(descriptor) } : { kind: 'none' };
}

/** Common Encryption alone says how, not for whom. */
const COMMON_ENCRYPTION = 'urn:mpeg:dash:mp4protection:2011';

function systemsOf(descriptors: readonly XmlElement[]): string[] {
  const ids = descriptors.map(({ attributes }) => (attributes.get('schemeIdUri') ?? '').trim());
  return [...new Set(ids.filter((id) => id !== '' && id !== COMMON_ENCRYPTION).map(drmSystemName))];
}

function periodsOf(descriptor: XmlElement): CryptoPeriod[] {
  const method = childNamed(descriptor, 'SegmentEncryption')?.attributes;
  const scheme = method?.get('schemeIdUri') ?? AES_128_CBC;
  if (scheme !== AES_128_CBC) throw unsupported('encryption', { text: quote(scheme) });
  if (method?.get('ivEncryptionFlag') === 'true') throw unsupported('encrypted-ivs');
  if (childNamed(descriptor, 'CryptoTimeline')) throw unsupported('crypto-timeline');
  const elements = childrenNamed(descriptor, 'CryptoPeriod');
  if (elements.length === 0) throw malformed('no-crypto-period');
  let next = 0;
  return elements.map((element) => {
    const first = next + (integerOf(element, 'offset') ?? 0);
    next = first + (integerOf(element, 'numSegments') ?? Infinity);
    return { first, end: next, keyUriTemplate: keyUriOf(element), ivHex: ivOf(element) };
  });
}

function keyUriOf(element: XmlElement): string {
  const template = element.attributes.get('keyUriTemplate');
  if (!template) throw malformed('crypto-period-without-key');
  return template;
}

function ivOf(element: XmlElement): string | undefined {
  if (element.attributes.has('ivUriTemplate')) throw unsupported('fetched-ivs');
  const iv = element.attributes.get('IV');
  if (iv === undefined) return undefined;
  const [, digits] = /^(?:0x)?([0-9a-f]{1,32})$/i.exec(iv.trim()) ?? [];
  if (digits === undefined) throw malformed('not-an-iv', { text: quote(iv) });
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
