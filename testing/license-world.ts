import type { Database } from '../src/database/types.ts';
import type { Device } from '../src/license/device.ts';
import { createLicenses, licenseMigrations } from '../src/license/licenses.ts';
import { createTrustedTime } from '../src/license/trusted-time.ts';
import type { PersistentTrustedTime } from '../src/license/trusted-time.ts';
import type { Licenses } from '../src/license/types.ts';
import type { Clock } from '../src/shared/platform.ts';
import { createFakeClock } from './fake-clock.ts';
import type { FakeClock } from './fake-clock.ts';
import { createLicenseIssuer } from './license-issuer.ts';
import type { FakeLicenseService, LicenseIssuer } from './license-issuer.ts';
import { openPlainDatabase } from './plain-database.ts';
import { createRecordingLog } from './recording-log.ts';
import { loadTestDevice } from './test-device.ts';

/** Genuine licenses over a real database, with a clock and a service that do as they are told. */
export interface LicenseWorld {
  readonly clock: FakeClock;
  readonly database: Database;
  readonly device: Device;
  readonly issuer: LicenseIssuer;
  readonly service: FakeLicenseService;
  /** How often a signature was about to be checked: tells an opened key from one that was remembered. */
  readonly keyLookups: () => number;
  /** Who is signed in; at first whom the issuer's licenses are for. */
  accountId: string | null;
  /** As after a restart of the app, by default on the same computer and its own clock. */
  open(
    as?: Device,
    on?: Clock,
    more?: { leastHeight?: (videoId: string) => number | null },
  ): { licenses: Licenses; time: PersistentTrustedTime };
}

/** `uptime`: on a system that tells how long the machine has been on. */
export async function createLicenseWorld(how: { uptime?: boolean } = {}): Promise<LicenseWorld> {
  const clock = createFakeClock(undefined, how);
  const database = openPlainDatabase(licenseMigrations);
  const device = await loadTestDevice();
  const issuer = await createLicenseIssuer({ now: () => clock.now() });
  const service = issuer.service(device, () => clock.now());
  let keyLookups = 0;
  const world: LicenseWorld = {
    clock,
    database,
    device,
    issuer,
    service,
    keyLookups: () => keyLookups,
    accountId: 'account-1',
    open(as = device, on = clock, more = {}) {
      const log = createRecordingLog();
      const time = createTrustedTime({ database, clock: on, log });
      const licenseKeys = () => {
        keyLookups++;
        return issuer.publicKeys;
      };
      const licenses = createLicenses({
        database,
        device: as,
        service,
        licenseKeys,
        accountId: () => world.accountId,
        trustedTime: time,
        log,
        ...more,
      });
      return { licenses, time };
    },
  };
  return world;
}
