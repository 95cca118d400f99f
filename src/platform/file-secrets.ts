import { hkdfSync, randomBytes } from 'node:crypto';
import path from 'node:path';
import { LayoverError } from '../shared/errors.ts';
import type { Log, SecretBox } from '../shared/platform.ts';
import { createOnce, readIfThere, restrictToOwner, setAside } from './key-file.ts';
import { readMachineId } from './machine-id.ts';
import { openWith, sealWith, SEALING_KEY_BYTES } from './sealing.ts';

/**
 * Secrets under a key that lies beside them, readable by its owner alone, mixed with what names this machine where the
 * system has such a name. Keeps other users of the computer out, and a folder that was copied elsewhere shut as long as
 * nobody copies the machine's name too. Hence `file`, of which the viewer is told.
 */
export function createFileSecretBox(
  folder: string,
  log: Log,
  machineId: () => Promise<string> = readMachineId,
): SecretBox {
  let named: Promise<string> | undefined;
  /** As it lies in the file where the machine has no name. */
  async function bound(key: Uint8Array): Promise<Uint8Array> {
    const id = await (named ??= machineId());
    if (id === '') return key;
    return new Uint8Array(hkdfSync('sha256', key, id, 'layover machine key 1', SEALING_KEY_BYTES));
  }
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
    seal: async (plain) => sealWith(await bound((await readKey()) ?? (await makeKey())), plain),
    open: async (sealed) => {
      const key = await readKey();
      if (!key) throw new LayoverError('device/secret-unreadable');
      try {
        return openWith(await bound(key), sealed);
      } catch (thrown) {
        // Sealed before keys were bound to the machine; what is sealed from now on is.
        if ((await named) === '') throw thrown;
        return openWith(key, sealed);
      }
    },
  };
}
