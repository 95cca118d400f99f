import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { LayoverError } from '../src/shared/errors.ts';
import type { SecretBox } from '../src/shared/platform.ts';

export interface FakeSecretBox extends SecretBox {
  /** The keychain forgets its key: nothing that was sealed before opens again. */
  loseKey(): void;
}

/** A keychain in memory that really encrypts, so that a test can look for plain secrets in files. */
export function createFakeSecretBox(key: Uint8Array = randomBytes(32)): FakeSecretBox {
  let current = key;
  return {
    protection: async () => 'os',
    async seal(plain) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', current, nonce);
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    async open(sealed) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', current, sealed.subarray(0, 12));
        decipher.setAuthTag(sealed.subarray(-16));
        return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
      } catch (cause) {
        throw new LayoverError('device/secret-unreadable', {}, { cause });
      }
    },
    loseKey() {
      current = randomBytes(32);
    },
  };
}
