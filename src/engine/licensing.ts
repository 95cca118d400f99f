import type { Database } from '../database/types.ts';
import { createCheckIns } from '../license/check-ins.ts';
import { createOutsideRecord } from '../license/outside-record.ts';
import { createRenewals } from '../license/renewals.ts';
import type { Renewals } from '../license/renewals.ts';
import { recoverLost } from '../license/recovery.ts';
import { asLayoverError, LayoverError } from '../shared/errors.ts';
import type { LicenseClock } from '../shared/contract.ts';
import type { Platform } from '../shared/platform.ts';
import type { Ms } from '../shared/units.ts';
import type { createConnection } from './connection.ts';
import { downloadView } from './download-view.ts';
import type { EventBus } from './events.ts';
import { licenseClock } from './license-clock.ts';
import type { Stages } from './stages.ts';
import { maySee } from './visible.ts';

/** What keeps licenses in order by itself, as long as the service can be reached. */
export interface Licensing {
  readonly renewals: Renewals;
  /** Before anything plays: what the keyring remembers, and an older folder that was put back has forgotten. */
  recall(): Promise<void>;
  /** The service is there, and somebody is signed in. */
  connected(): void;
  /** The time that the service names when it is asked whether it is there. */
  hint(serviceMs: Ms): void;
  /** Somebody just signed in: time and licenses are right before anything of theirs goes on. */
  signedIn(): Promise<void>;
  /** Hears the service's word now, and waits for what follows from it. Errors: of the service. */
  checkIn(): Promise<void>;
  clock(): LicenseClock;
  /** What the viewer should know since start, the latest of a kind. */
  notices(): LayoverError[];
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export function createLicensing(
  stages: Stages,
  from: {
    platform: Platform;
    database: Database;
    connection: Pick<ReturnType<typeof createConnection>, 'state'>;
    events: EventBus;
    onNotice: () => void;
  },
): Licensing {
  const { account, device, downloads, identity, licenses, service, trustedTime, who } = stages;
  const { platform, database, connection, events } = from;
  const { clock, log } = platform;
  const random = (sizeBytes: number) => platform.random(sizeBytes);
  const isOnline = () => connection.state() === 'online' && account.current() !== null;
  const unreadable = 'device/secret-unreadable';
  const notices = new Map(identity.notices.map((error) => [error.code, error]));

  function notice(error: LayoverError): void {
    if (notices.has(error.code)) return;
    notices.set(error.code, error);
    from.onNotice();
  }

  /** The screens' lines say until when it can be played. */
  function show(videoId: string): void {
    const download = downloads.forVideo(videoId);
    const profile = who.current();
    if (download && maySee(stages, profile, download.titleId))
      events.emit({ type: 'download', download: downloadView(stages, download, profile?.profileId ?? null) });
  }

  const renewals = createRenewals({
    database,
    licenses,
    trustedTime,
    clock,
    log,
    random,
    isOnline,
    onRenewed: show,
  });
  const outside = createOutsideRecord({
    record: platform.secrets.record,
    database,
    deviceSecret: device.deviceSecret,
    trustedTime,
    clock,
    log,
  });
  const checkIns = createCheckIns({
    database,
    device,
    service,
    trustedTime,
    clock,
    log,
    random,
    isOnline,
    accountId: () => account.current()?.accountId ?? null,
    licenseKeys: account.licenseKeys,
    keepLicenseKeys: account.keepLicenseKeys,
    onAmended: (videoIds) => {
      // Asking for the verdict wipes a key that it no longer allows.
      for (const videoId of videoIds) licenses.verdict(videoId);
      videoIds.forEach(show);
    },
    onReleased: (videoIds) => renewals.replace(videoIds),
    onMet: () => {
      outside.note();
      renewals.look();
    },
    onNotice: notice,
  });

  /** Gets back what a keychain lost, and has every download licensed to who this computer is now. */
  async function recover(): Promise<void> {
    const outcome = await recoverLost({ loaded: identity, recover: service.recoverDevice, log });
    if (outcome === 'nothing-lost') return;
    // Found out in an earlier run, and told then. Another account of this computer may still have it in escrow.
    if (!notices.delete(unreadable) && outcome === 'not-in-escrow') return;
    notice(new LayoverError(outcome === 'recovered' ? 'device/recovered' : 'device/not-in-escrow'));
    if (outcome !== 'recovered') return;
    const held = licenses.held();
    const without = downloads.list().filter(({ videoId }) => !held.includes(videoId));
    // Those that are held, as the lost identity's, are due for another license: a meeting sees to that.
    await renewals.renewNow(without.map(({ videoId }) => videoId));
    held.forEach(show);
  }
  /** Once at a time. A failure is tried again at the next contact. */
  let recovering: Promise<void> | undefined;
  const recoverIfLost = (): Promise<void> =>
    (recovering ??= recover()
      .catch((thrown: unknown) => log.info('device/recovery-failed', { code: asLayoverError(thrown).code }))
      .finally(() => (recovering = undefined)));

  const stopListening = licenses.onChange((videoId, what) => {
    outside.changed(videoId, what);
    if (what === 'kept' || what === 'first-play') renewals.look();
    if (what === 'first-play') checkIns.tell();
  });
  return {
    renewals,
    async recall() {
      if (await outside.recall()) notice(new LayoverError('license/replay-found'));
    },
    connected: () => void recoverIfLost().then(checkIns.look),
    hint: checkIns.hint,
    async signedIn() {
      await recoverIfLost();
      await checkIns.now().catch((thrown: unknown) => {
        log.info('license/check-in-failed', { code: asLayoverError(thrown).code });
      });
    },
    async checkIn() {
      await recoverIfLost();
      await checkIns.now();
      await renewals.idle();
    },
    clock: () => licenseClock(trustedTime, checkIns.lastHeardAtMs()),
    notices: () => [
      // Not only in the run that found it out: until somebody has signed in again, downloads are locked.
      ...(account.hasLostToken() && !notices.has(unreadable) ? [new LayoverError(unreadable)] : []),
      ...notices.values(),
    ],
    async stop() {
      stopListening();
      await Promise.all([checkIns.stop(), renewals.stop(), recovering]);
      await outside.stop();
    },
  };
}
