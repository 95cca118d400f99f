import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { SafeStorage } from 'electron';
import { createOnce, readIfThere, replaceFile, setAside } from '../../platform/key-file.ts';
import { createFileSecretBox } from '../../platform/file-secrets.ts';
import { openWith, sealWith, SEALING_KEY_BYTES } from '../../platform/sealing.ts';
import { LayoverError } from '../../shared/errors.ts';
import type { Log, SecretBox } from '../../shared/platform.ts';

export interface SafeStorageOptions {
  readonly safeStorage: SafeStorage;
  readonly folder: string;
  readonly platform: NodeJS.Platform;
  readonly log: Log;
}

/**
 * Secrets under one random key, and that key under the system's keychain (`secret.key.sealed`). One key and
 * not one keychain entry a secret: it can be sealed anew when Electron asks for that, whoever holds the
 * secrets. Without any keychain: a key file, as elsewhere.
 */
export function createSafeStorageBox({ safeStorage, folder, platform, log }: SafeStorageOptions): SecretBox {
  const file = path.join(folder, 'secret.key.sealed');
  const fallback = createFileSecretBox(folder, log);
  let key: Uint8Array | undefined;

  const hasKeychain = () => safeStorage.isAsyncEncryptionAvailable();
  const sealKey = async (plain: Uint8Array) =>
    safeStorage.encryptStringAsync(Buffer.from(plain).toString('base64')).catch(asLocked);

  const readKey = async (): Promise<Uint8Array | null> => {
    if (key) return key;
    const sealed = await readIfThere(file);
    if (!sealed) return null;
    const { result, shouldReEncrypt } = await safeStorage
      .decryptStringAsync(Buffer.from(sealed))
      .catch(asLocked);
    const plain = Buffer.from(result, 'base64');
    if (plain.length !== SEALING_KEY_BYTES) throw new LayoverError('device/secret-unreadable');
    if (shouldReEncrypt) await replaceFile(file, await sealKey(plain));
    key = plain;
    return plain;
  };

  const makeKey = async (): Promise<Uint8Array> => {
    const plain = randomBytes(SEALING_KEY_BYTES);
    const kept = await createOnce(file, await sealKey(plain));
    const { result } = await safeStorage.decryptStringAsync(Buffer.from(kept)).catch(asLocked);
    key = Buffer.from(result, 'base64');
    return key;
  };

  return {
    protection: async () => {
      if (!(await hasKeychain())) return 'file';
      if (platform !== 'linux') return 'os';
      // "Available" is true on Linux even when only Chromium's built-in key exists; the ciphertext's tag tells:
      // v10 is that fixed key, v11 the Secret Service, v12 the portal.
      if (safeStorage.getSelectedStorageBackend() === 'basic_text') return 'file';
      const sealed = (await readIfThere(file)) ?? (await sealKey(randomBytes(1)));
      return Buffer.from(sealed.subarray(0, 3)).toString('latin1') === 'v10' ? 'file' : 'os';
    },
    seal: async (plain) => {
      if (!(await hasKeychain())) return fallback.seal(plain);
      const known = await readKey().catch(async (error: unknown) => {
        if (!(error instanceof LayoverError) || error.code !== 'device/secret-unreadable') throw error;
        log.error('secrets.key-unusable', { file });
        await setAside(file);
        return null;
      });
      return sealWith(known ?? (await makeKey()), plain);
    },
    open: async (sealed) => {
      if (!(await hasKeychain())) {
        // A key that the keychain holds is not lost because the keychain is not there today.
        if (await readIfThere(file)) throw new LayoverError('device/keychain-locked');
        return fallback.open(sealed);
      }
      const known = await readKey();
      if (!known) throw new LayoverError('device/secret-unreadable');
      return openWith(known, sealed);
    },
  };
}

/** A locked keychain passes; anything else means that it does not know this key (any more). */
function asLocked(cause: unknown): never {
  const isLocked = /temporarily unavailable/i.test(String(cause));
  throw new LayoverError(isLocked ? 'device/keychain-locked' : 'device/secret-unreadable', {}, { cause });
}
