import { randomBytes } from 'node:crypto';
import type { Database } from '../../src/database/types.ts';
import { loadDevice } from '../../src/license/device.ts';
import { createLicenses } from '../../src/license/licenses.ts';
import { createTrustedTime } from '../../src/license/trusted-time.ts';
import type { PersistentTrustedTime } from '../../src/license/trusted-time.ts';
import type { Licenses } from '../../src/license/types.ts';
import type { Clock, Log } from '../../src/shared/platform.ts';
import { createFakeSecretBox } from '../fake-secret-box.ts';
import { createLicenseIssuer } from '../license-issuer.ts';

/** Licenses over a folder that several processes open one after another: the keychain is the same to all. */
export async function openHeldGrants(from: {
  folder: string;
  database: Database;
  clock: Clock;
  log: Log;
  trustedTime?: PersistentTrustedTime;
}): Promise<Licenses> {
  const { database, clock, log } = from;
  const secrets = createFakeSecretBox(new Uint8Array(32));
  const { device } = await loadDevice({
    folder: from.folder,
    secrets,
    random: (sizeBytes) => randomBytes(sizeBytes),
    log,
  });
  const issuer = await createLicenseIssuer();
  const service = issuer.service(device, () => clock.now());
  const trustedTime = from.trustedTime ?? createTrustedTime({ database, clock, log });
  return createLicenses({
    database,
    device,
    service,
    licenseKeys: () => issuer.publicKeys,
    accountId: () => 'account-1',
    trustedTime,
    log,
  });
}
