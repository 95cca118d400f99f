import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { LayoverError } from '../shared/errors.ts';
import type { SecretBox } from '../shared/platform.ts';

export interface LabKeychain extends SecretBox {
  /** Nothing that was sealed before opens again. */
  lose(): void;
}

/** A keychain in memory, of one imagined computer. */
export function createLabKeychain(): LabKeychain {
  let key = randomBytes(32);
  let remembered: string | null = null;
  return {
    record: {
      read: async () => remembered,
      async write(text) {
        remembered = text;
      },
    },
    protection: async () => 'os',
    async seal(plain) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    async open(sealed) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
        decipher.setAuthTag(sealed.subarray(-16));
        return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
      } catch (cause) {
        throw new LayoverError('device/secret-unreadable', {}, { cause });
      }
    },
    lose() {
      key = randomBytes(32);
      remembered = null;
    },
  };
}
