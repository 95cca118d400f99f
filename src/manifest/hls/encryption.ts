import { z } from 'zod';
import type { SegmentEncryption } from '../../shared/presentation.ts';
import { resolveKeyUri } from '../address.ts';
import { ivOfNumber } from '../iv.ts';
import { malformed, quote, unsupported } from '../refuse.ts';
import { attributesOf } from './lexer.ts';
import type { Tag } from './lexer.ts';

/** The EXT-X-KEY in force; `ivHex` undefined: each segment's own media sequence number. */
export interface Key {
  readonly keyUri: string;
  readonly ivHex: string | undefined;
}

const KeyAttributes = z.object({
  METHOD: z.string(),
  URI: z.string().min(1).optional(),
  IV: z.string().regex(/^0[xX][0-9a-fA-F]{1,32}$/).optional(), // prettier-ignore
  KEYFORMAT: z.string().default('identity'),
});

/** RFC 8216 section 4.3.2.4; undefined for METHOD=NONE. */
export function parseKey(tag: Tag, playlistUrl: string): Key | undefined {
  const { METHOD: method, URI: uri, IV: iv, KEYFORMAT: format } = attributesOf(tag, KeyAttributes);
  if (method === 'NONE') return undefined;
  if (method !== 'AES-128') throw unsupported(`encryption by ${quote(method)}`);
  if (format !== 'identity') throw unsupported(`keys of the format ${quote(format)}`);
  if (uri === undefined) throw malformed(`line ${tag.lineNumber}: a key without an address`);
  return { keyUri: resolveKeyUri(uri, playlistUrl), ivHex: iv?.slice(2).toLowerCase().padStart(32, '0') };
}

export function segmentEncryption(key: Key, mediaSequenceNumber: bigint): SegmentEncryption {
  return { method: 'aes-128', keyUri: key.keyUri, ivHex: key.ivHex ?? ivOfNumber(mediaSequenceNumber) };
}

/** An init segment has no sequence number, so its IV must be written down. */
export function initEncryption(key: Key, lineNumber: number): SegmentEncryption {
  if (key.ivHex === undefined)
    throw malformed(`line ${lineNumber}: the init segment is encrypted, but there is no IV`);
  return { method: 'aes-128', keyUri: key.keyUri, ivHex: key.ivHex };
}
