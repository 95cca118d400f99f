import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync } from 'node:crypto';
import type { CipherKey, KeyObject } from 'node:crypto';
import type { Bytes } from '../shared/units.ts';
import { FORMAT_VERSION, FRAME_BYTES, TAG_BYTES } from './format.ts';

/**
 * The cryptography of docs/store-format.md, and all of it: HKDF-SHA256 and AES-256-GCM, which every
 * runtime's crypto library has (Electron's BoringSSL lacks AES-KW, CCM and ChaCha20-Poly1305 in node:crypto).
 */
export const KEY_BYTES = 32;
export const CONTENT_KEY_BYTES = 16;
export const RECORD_SALT_BYTES = 16;
const WRAP_NONCE_BYTES = 12;
export const WRAPPED_KEY_BYTES = WRAP_NONCE_BYTES + KEY_BYTES + TAG_BYTES;

/** Which segment of which track a frame belongs to; all of it is authenticated with every frame. */
export interface RecordName {
  readonly trackId: string;
  readonly index: number;
  readonly plainBytes: Bytes;
}

/** Key that wraps a track's data key: none can make it without both the license and this computer. */
export function deriveKek(
  contentKey: Uint8Array,
  deviceSecret: Uint8Array,
  fileSalt: Uint8Array,
  trackId: string,
): Buffer {
  const secret = Buffer.concat([contentKey, deviceSecret]);
  try {
    return hkdf(secret, fileSalt, Buffer.from(`layover/v1/kek${trackId}`, 'latin1'));
  } finally {
    secret.fill(0);
  }
}

/** nonce 12 ‖ sealed key 32 ‖ tag 16. */
export function wrapKey(kek: Uint8Array, dataKey: Uint8Array, nonce: Uint8Array, trackId: string): Buffer {
  const cipher = createCipheriv('aes-256-gcm', kek, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(wrapData(trackId));
  return Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
}

/** undefined: not the key that it was wrapped with, or damaged. */
export function unwrapKey(kek: Uint8Array, wrapped: Buffer, trackId: string): Buffer | undefined {
  const nonce = wrapped.subarray(0, WRAP_NONCE_BYTES);
  return open(kek, nonce, wrapData(trackId), wrapped.subarray(WRAP_NONCE_BYTES));
}

export const wrapNonceBytes = WRAP_NONCE_BYTES;

/** Every record has a key of its own, so that frame counters may start at zero in each. */
export function deriveRecordKey(dataKey: Uint8Array, salt: Uint8Array, name: RecordName): Buffer {
  const info = Buffer.concat([Buffer.from(`layover/v1/record${name.trackId}`, 'latin1'), int32(name.index)]);
  return hkdf(dataKey, salt, info);
}

/**
 * The same, made ready once for all frames of a record: to make a cipher of plain bytes costs ten times as much.
 * The library overwrites it when it is let go.
 */
export function recordKeyOf(dataKey: Uint8Array, salt: Uint8Array, name: RecordName): KeyObject {
  const key = deriveRecordKey(dataKey, salt, name);
  try {
    return createSecretKey(key);
  } finally {
    key.fill(0);
  }
}

/** A frame in the making. */
export interface FrameSealer {
  /** Ciphertext of the next plain bytes, which are not looked at again. */
  seal(plain: Uint8Array): Buffer;
  /** The tag, which stands behind the ciphertext. */
  end(): Buffer;
}

/**
 * Seals one frame as its bytes come; to collect them first, or to join ciphertext and tag, would copy every byte once
 * more. `counter` counts frames of the record from 0.
 */
export function beginFrame(
  recordKey: CipherKey,
  name: RecordName,
  counter: number,
  isLast: boolean,
): FrameSealer {
  const cipher = createCipheriv('aes-256-gcm', recordKey, frameNonce(counter, isLast), {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(frameData(name));
  return {
    seal: (plain) => cipher.update(plain),
    end() {
      // GCM is a stream cipher: final() gives no bytes, it only makes the tag.
      cipher.final();
      return cipher.getAuthTag();
    },
  };
}

/** undefined: the frame is not exactly the one that was sealed under this name at this place. */
export function openFrame(
  recordKey: CipherKey,
  name: RecordName,
  counter: number,
  isLast: boolean,
  sealed: Buffer,
): Buffer | undefined {
  return open(recordKey, frameNonce(counter, isLast), frameData(name), sealed);
}

function open(key: CipherKey, nonce: Uint8Array, data: Uint8Array, sealed: Buffer): Buffer | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(data);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    // GCM is a stream cipher: final() gives no bytes, it only compares the tag.
    decipher.final();
    return plain;
  } catch {
    plain.fill(0);
    return undefined;
  }
}

/** STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): 11-byte counter ‖ 1 on the last frame, else 0. */
function frameNonce(counter: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(counter, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** version u32 ‖ frame bytes u32 ‖ index i32 ‖ plain bytes u64 ‖ trackId. */
function frameData(name: RecordName): Buffer {
  const fixed = Buffer.alloc(20);
  fixed.writeUInt32BE(FORMAT_VERSION, 0);
  fixed.writeUInt32BE(FRAME_BYTES, 4);
  fixed.writeInt32BE(name.index, 8);
  fixed.writeBigUInt64BE(BigInt(name.plainBytes), 12);
  return Buffer.concat([fixed, Buffer.from(name.trackId, 'latin1')]);
}

const wrapData = (trackId: string) => Buffer.from(`layover/v1/data-key${trackId}`, 'latin1');

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function hkdf(secret: Uint8Array, salt: Uint8Array, info: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, KEY_BYTES));
}
