import type { Database } from '../database/types.ts';
import { createCheckIns } from '../license/check-ins.ts';
import { createRenewals } from '../license/renewals.ts';
import type { Renewals } from '../license/renewals.ts';
import { asLayoverError } from '../shared/errors.ts';
import type { LayoverError } from '../shared/errors.ts';
import type { Platform } from '../shared/platform.ts';
import type { Ms } from '../shared/units.ts';
import type { createConnection } from './connection.ts';
import { downloadView } from './download-view.ts';
import type { EventBus } from './events.ts';
import type { Stages } from './stages.ts';
import { maySee } from './visible.ts';

/** What keeps licenses in order by itself, as long as the service can be reached. */
export interface Licensing {
  readonly renewals: Renewals;
  /** The service is there, and somebody is signed in. */
  connected(): void;
  /** The time that the service names when it is asked whether it is there. */
  hint(serviceMs: Ms): void;
  /** Somebody just signed in: time and licenses are right before anything of theirs goes on. */
  signedIn(): Promise<void>;
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
  const { account, device, downloads, licenses, service, trustedTime, who } = stages;
  const { platform, database, connection, events } = from;
  const { clock, log } = platform;
  const random = (sizeBytes: number) => platform.random(sizeBytes);
  const isOnline = () => connection.state() === 'online' && account.current() !== null;
  const notices = new Map<string, LayoverError>();

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
    onMet: () => renewals.look(),
    onNotice: notice,
  });

  const stopListening = licenses.onChange((_videoId, what) => {
    renewals.look();
    if (what === 'first-play') checkIns.look();
  });
  return {
    renewals,
    connected: checkIns.look,
    hint: checkIns.hint,
    signedIn: () =>
      checkIns
        .now()
        .catch((thrown: unknown) =>
          log.info('license/check-in-failed', { code: asLayoverError(thrown).code }),
        ),
    notices: () => [...notices.values()],
    async stop() {
      stopListening();
      await Promise.all([checkIns.stop(), renewals.stop()]);
    },
  };
}
