import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { LayoverError } from '../shared/errors.ts';
import type { SegmentEncryption } from '../shared/presentation.ts';
import type { Bytes } from '../shared/units.ts';

const BLOCK_BYTES: Bytes = 16;
/** A piece is decrypted in well under a millisecond; between two, the event loop gets its turn. */
const PIECE_BYTES: Bytes = 1024 * 1024;

/** Plain bytes of one segment, as its encrypted ones come. */
export interface Decryptor {
  update(piece: Uint8Array): Uint8Array;
  /** The last of them. Throws `cdn/digest-mismatch` when the padding is wrong. */
  end(): Uint8Array;
}

/**
 * Undoes the service's encryption of a segment (RFC 8216 section 4.3.2.4: AES-128-CBC, PKCS#7 padding). Wrong
 * padding: the bytes are damaged, or the key is another video's.
 */
export function createDecryptor({ ivHex }: SegmentEncryption, contentKey: Uint8Array): Decryptor {
  const decipher = createDecipheriv('aes-128-cbc', createSecretKey(contentKey), Buffer.from(ivHex, 'hex'));
  return {
    update: (piece) => decipher.update(piece),
    end() {
      try {
        return decipher.final();
      } catch (cause) {
        throw new LayoverError('cdn/digest-mismatch', { reason: 'padding' }, { cause });
      }
    },
  };
}

/**
 * Encrypts plain bytes from the start of a segment as the service did: under the same key and IV the same bytes come
 * out. Each piece is of whole blocks, and none is the end of the segment.
 */
export function createReencryptor(
  { ivHex }: SegmentEncryption,
  contentKey: Uint8Array,
): (plain: Uint8Array) => Uint8Array {
  const cipher = createCipheriv('aes-128-cbc', createSecretKey(contentKey), Buffer.from(ivHex, 'hex'));
  return (plain) => cipher.update(plain);
}

/** A whole segment. Bytes that are not encrypted come back as they are. Errors: as `Decryptor.end`. */
export async function decryptSegment(
  bytes: Uint8Array,
  encryption: SegmentEncryption | undefined,
  contentKey: Uint8Array,
): Promise<Uint8Array> {
  if (!encryption) return bytes;
  const decryptor = createDecryptor(encryption, contentKey);
  const plain = new Uint8Array(bytes.byteLength);
  let plainBytes = 0;
  const keep = (piece: Uint8Array) => {
    plain.set(piece, plainBytes);
    plainBytes += piece.byteLength;
  };
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    keep(decryptor.update(bytes.subarray(at, at + PIECE_BYTES)));
  }
  keep(decryptor.end());
  return plain.subarray(0, plainBytes);
}

/** Size on the wire of so many plain bytes: padding is always added. */
export function encryptedBytes(plainBytes: Bytes): Bytes {
  return (Math.floor(plainBytes / BLOCK_BYTES) + 1) * BLOCK_BYTES;
}
