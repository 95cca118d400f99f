import { asLayoverError, isLayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import type { GrantRows } from './grant-rows.ts';
import type { LicenseService } from './types.ts';

/**
 * Tells the service of every license that was released here, until it has confirmed each. Never throws: what
 * could not be sent stays owed, and so does what another account owes: the service takes a license back from
 * its own account only, and says yes to all others. Returns how many still are.
 */
export async function flushReleases(from: {
  rows: GrantRows;
  service: LicenseService;
  accountId: () => string | null;
  log: Log;
}): Promise<number> {
  for (const { licenseId, deviceId, accountId } of from.rows.owed()) {
    if (accountId !== null && accountId !== from.accountId()) continue;
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
