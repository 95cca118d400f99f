import { asLayoverError, isLayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import type { GrantRows } from './grant-rows.ts';
import type { LicenseService } from './types.ts';

/**
 * Tells the service of every license that was released here, until it has confirmed each. Never throws: what
 * could not be sent stays owed. Returns how many still are.
 */
export async function flushReleases(from: {
  rows: GrantRows;
  service: LicenseService;
  log: Log;
}): Promise<number> {
  for (const { licenseId, deviceId } of from.rows.owed()) {
    try {
      await from.service.release(licenseId, deviceId);
      from.rows.settle(licenseId);
    } catch (thrown) {
      from.log.info('license/release-owed', { licenseId, code: asLayoverError(thrown).code });
      // No way to the service: the others would only wait for the same.
      if (isLayoverError(thrown, 'network/offline', 'network/unreachable', 'service/unreachable')) break;
    }
  }
  return from.rows.owed().length;
}
