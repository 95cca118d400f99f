import { z } from 'zod';
import type { SegmentEncryption } from '../../shared/presentation.ts';
import { resolveKeyUri } from '../address.ts';
import { drmSystemName } from '../drm-systems.ts';
import { ivOfNumber } from '../iv.ts';
import { malformed, quote, unsupported } from '../refuse.ts';
import { attributesOf } from './attributes.ts';
import type { Tag } from './lexer.ts';
import type { Variables } from './variables.ts';

/** `encryption`: with an IV that is written down, the same for each segment. */
interface Key {
  readonly method: string;
  readonly keyUri: string;
  readonly encryption: SegmentEncryption | undefined;
}

const KeyAttributes = z.object({
  METHOD: z.string(),
  URI: z.string().min(1).optional(),
  IV: z.string().regex(/^0[xX][0-9a-fA-F]{1,32}$/).optional(), // prettier-ignore
  KEYFORMAT: z.string().default('identity'),
});

/** The key format that is no DRM system: the key lies at an address as 16 bytes. */
const IDENTITY = 'identity';

/**
 * The EXT-X-KEYs in force. Each replaces the one of its own KEYFORMAT: they are ways to the same key, of which
 * one must be understood (RFC 8216bis section 4.4.4.4). Nothing is refused before a segment needs it.
 */
export class Keys {
  readonly #keys = new Map<string, Key>();

  set(tag: Tag, playlistUrl: string, variables: Variables): void {
    const { METHOD, URI, IV, KEYFORMAT } = attributesOf(tag, KeyAttributes, variables);
    if (METHOD === 'NONE') {
      this.#keys.clear();
      return;
    }
    const isOurs = METHOD === 'AES-128' && KEYFORMAT === IDENTITY;
    if (isOurs && URI === undefined) throw malformed('key-without-address', { line: tag.lineNumber });
    const keyUri = isOurs ? resolveKeyUri(URI ?? '', playlistUrl) : '';
    const ivHex = IV?.slice(2).toLowerCase().padStart(32, '0');
    this.#keys.set(KEYFORMAT, {
      method: METHOD,
      keyUri,
      encryption: ivHex === undefined ? undefined : { method: 'aes-128', keyUri, ivHex },
    });
  }

  /** Of a segment with that media sequence number. Errors: `manifest/unsupported` with the names. */
  encryptionOf(mediaSequenceNumber: bigint): SegmentEncryption | undefined {
    const key = this.#inForce();
    if (!key) return undefined;
    return (
      key.encryption ?? { method: 'aes-128', keyUri: key.keyUri, ivHex: ivOfNumber(mediaSequenceNumber) }
    );
  }

  /**
   * An init segment has no sequence number, so its IV must be written down. Where it is not, players take that
   * of the segment behind it, or 0: at the beginning of most playlists the same, elsewhere anybody's guess.
   */
  initEncryption(nextSequenceNumber: bigint, lineNumber: number): SegmentEncryption | undefined {
    const key = this.#inForce();
    if (key && !key.encryption && nextSequenceNumber !== 0n)
      throw malformed('init-without-iv', { line: lineNumber });
    return this.encryptionOf(0n);
  }

  #inForce(): Key | undefined {
    if (this.#keys.size === 0) return undefined;
    const key = this.#keys.get(IDENTITY);
    if (key?.method === 'AES-128') return key;
    if (key) throw unsupported('encryption', { text: quote(key.method) });
    const systems = new Set([...this.#keys.keys()].slice(0, 4).map(drmSystemName));
    throw unsupported('drm', { systems: [...systems].join(', ') });
  }
}
