import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { LayoverError } from '../shared/errors.ts';
import type { Log, SecretBox } from '../shared/platform.ts';
import { createOnce, readIfThere, restrictToOwner, setAside } from './key-file.ts';
import { openWith, sealWith, SEALING_KEY_BYTES } from './sealing.ts';

/**
 * Secrets under a key that lies beside them, readable by its owner alone. Keeps other users of the computer
 * out and nobody else: whoever copies the whole folder has both. Hence `file`, of which the viewer is told.
 */
export function createFileSecretBox(folder: string, log: Log): SecretBox {
  const file = path.join(folder, 'secret.key');

  const readKey = async (): Promise<Uint8Array | null> => {
    const key = await readIfThere(file);
    if (key?.length !== SEALING_KEY_BYTES) return null;
    await restrictToOwner(file);
    return key;
  };

  const makeKey = async (): Promise<Uint8Array> => {
    if (await readIfThere(file)) {
      log.error('secrets.key-unusable', { file });
      await setAside(file);
    }
    return createOnce(file, randomBytes(SEALING_KEY_BYTES));
  };

  return {
    protection: async () => 'file',
    seal: async (plain) => sealWith((await readKey()) ?? (await makeKey()), plain),
    open: async (sealed) => {
      const key = await readKey();
      if (!key) throw new LayoverError('device/secret-unreadable');
      return openWith(key, sealed);
    },
  };
}
