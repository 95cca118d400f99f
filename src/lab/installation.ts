import { randomBytes } from 'node:crypto';
import { cp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { openDatabase } from '../database/open.ts';
import { createCheckIns } from '../license/check-ins.ts';
import { loadDevice } from '../license/device.ts';
import { createLicenses, licenseMigrations } from '../license/licenses.ts';
import { createOutsideRecord } from '../license/outside-record.ts';
import { recoverLost } from '../license/recovery.ts';
import { createRenewals } from '../license/renewals.ts';
import type { Renewals } from '../license/renewals.ts';
import { createTrustedTime } from '../license/trusted-time.ts';
import type { Licenses, TrustedTime } from '../license/types.ts';
import type { Clock, Log } from '../shared/platform.ts';
import { createLabKeychain } from './keychain.ts';
import { LAB_ACCOUNT } from './service.ts';
import type { LabService } from './service.ts';

/** The license stage as the app builds it, on a user folder of its own. */
export interface Installation {
  readonly licenses: Licenses;
  readonly time: TrustedTime;
  readonly renewals: Pick<Renewals, 'due'>;
  /** As the engine does whenever it finds the service: hears its time, sends what is owed, renews what is due. */
  contact(how: { renews: boolean }): Promise<void>;
  /** Ends the app, in order or by a kill: what was not on the disk is gone. */
  close(how: 'in-order' | 'killed'): Promise<void>;
  open(): Promise<void>;
  loseKeychain(): void;
  /** The folder from here on lies on a computer whose keychain knows nothing of it. */
  moveToAnotherComputer(): void;
  /** Both only while it is closed. */
  backUp(name: string): Promise<void>;
  restore(name: string): Promise<void>;
}

export async function createInstallation(from: {
  /** Empty, and the caller's to remove. */
  folder: string;
  clock: Clock;
  service: LabService;
  /** Whether the machine can keep a record outside the user folder. */
  hasKeyring: boolean;
  log: Log;
}): Promise<Installation> {
  const { clock, service, log } = from;
  const user = path.join(from.folder, 'user');
  const backups = path.join(from.folder, 'backups');
  let keychain = createLabKeychain();
  let running = await open();

  async function open() {
    await mkdir(user, { recursive: true });
    const { database } = openDatabase({ folder: user, migrations: [...licenseMigrations], log });
    const random = (sizeBytes: number) => randomBytes(sizeBytes);
    const identity = await loadDevice({ folder: user, secrets: keychain, random, log });
    const { device } = identity;
    service.register(device);
    const time = createTrustedTime({ database, clock, log });
    const licenses = createLicenses({
      database,
      device,
      service,
      licenseKeys: () => service.publicKeys,
      accountId: () => LAB_ACCOUNT,
      trustedTime: time,
      log,
    });
    licenses.purgeExpired();
    const underWay = new Set<Promise<unknown>>();
    const renewMany: Licenses['renewMany'] = (...how) => {
      const renewal = licenses.renewMany(...how);
      underWay.add(renewal);
      return renewal.finally(() => underWay.delete(renewal));
    };
    const renewals = createRenewals({
      database,
      licenses: { holdings: licenses.holdings, renewMany, takeBack: licenses.takeBack },
      trustedTime: time,
      clock,
      log,
      random,
      isOnline: () => service.isOnline,
      onRenewed: () => undefined,
    });
    const outside = createOutsideRecord({
      record: from.hasKeyring ? keychain.record : undefined,
      database,
      deviceSecret: device.deviceSecret,
      trustedTime: time,
      clock,
      log,
    });
    await outside.recall();
    licenses.onChange(outside.changed);
    const checkIns = createCheckIns({
      database,
      device,
      service,
      trustedTime: time,
      clock,
      log,
      random,
      accountId: () => LAB_ACCOUNT,
      licenseKeys: () => service.publicKeys,
      keepLicenseKeys: () => undefined,
      isOnline: () => service.isOnline,
      onAmended: () => undefined,
      onReleased: () => undefined,
      onMet: () => outside.note(),
      onNotice: () => undefined,
    });
    return { database, identity, licenses, time, renewals, underWay, outside, checkIns };
  }

  return {
    get licenses() {
      return running.licenses;
    },
    get time() {
      return running.time;
    },
    get renewals() {
      return running.renewals;
    },
    async contact({ renews }) {
      await recoverLost({ loaded: running.identity, recover: service.recoverDevice, log });
      await running.checkIns.now();
      await running.licenses.flushReleases();
      if (!renews) return;
      running.renewals.look();
      do {
        await Promise.allSettled(running.underWay);
        await new Promise((resolve) => setImmediate(resolve));
      } while (running.underWay.size > 0);
    },
    async close(how) {
      await Promise.all([running.renewals.stop(), running.checkIns.stop()]);
      await running.outside.stop(how === 'in-order' ? 'noted' : 'unsaid');
      // Every transaction is on the disk when it returns: all that a kill loses is what was not written yet.
      if (how === 'in-order') running.time.close();
      running.database.close();
    },
    async open() {
      running = await open();
    },
    loseKeychain: () => keychain.lose(),
    moveToAnotherComputer() {
      keychain = createLabKeychain();
    },
    backUp: (name) => cp(user, path.join(backups, name), { recursive: true }),
    async restore(name) {
      await rm(user, { recursive: true, force: true });
      await cp(path.join(backups, name), user, { recursive: true });
    },
  };
}
