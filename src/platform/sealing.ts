import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { LayoverError } from '../shared/errors.ts';

const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;
const CONTEXT = Buffer.from('layover secret v1');

/** Size in bytes of the key that `sealWith` and `openWith` take. */
export const SEALING_KEY_BYTES = 32;

/** AES-256-GCM under `key`: version (1 byte), nonce (12), tag (16), ciphertext. */
export function sealWith(key: Uint8Array, plain: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(CONTEXT);
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Uint8Array.of(VERSION), nonce, cipher.getAuthTag(), body]);
}

/** The other way. Throws `device/secret-unreadable` when the key is another or a byte was changed. */
export function openWith(key: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (sealed.length < HEADER_BYTES || sealed[0] !== VERSION)
    throw new LayoverError('device/secret-unreadable');
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const tag = sealed.subarray(1 + NONCE_BYTES, HEADER_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(CONTEXT)
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new LayoverError('device/secret-unreadable', {}, { cause });
  }
}
