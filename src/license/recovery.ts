import { isLayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import type { LoadedDevice } from './device.ts';
import { openRecovered } from './statement.ts';

/** What is left to do about an identity that was lost. */
export type Recovery =
  /** There is none. */
  | 'nothing-lost'
  /** Its secret is this device's now: what is stored opens again once it is licensed anew. */
  | 'recovered'
  /** The service has none of them in escrow for this account. */
  | 'not-in-escrow';

/**
 * Gets the device secret of the latest lost identity that the service has in escrow for whoever is signed in. Once one is
 * back, the others are of no use: each identity had taken over what came before it. Errors: of the service;
 * `license/forged`; `database/unwritable`.
 */
export async function recoverLost(from: {
  loaded: LoadedDevice;
  recover: (lostId: string, deviceId: string) => Promise<{ sealedDeviceSecret: string }>;
  log: Log;
}): Promise<Recovery> {
  const { device, lost, adopt } = from.loaded;
  for (const lostId of lost) {
    try {
      const { sealedDeviceSecret } = await from.recover(lostId, device.deviceId);
      const secret = await openRecovered(sealedDeviceSecret, lostId, device);
      await adopt(lostId, secret);
      secret.fill(0);
      from.log.info('device/recovered', { lostId });
      return 'recovered';
    } catch (thrown) {
      if (!isLayoverError(thrown, 'device/not-in-escrow')) throw thrown;
    }
  }
  return lost.length === 0 ? 'nothing-lost' : 'not-in-escrow';
}
