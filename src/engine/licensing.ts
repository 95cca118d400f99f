import { createRenewals } from '../license/renewals.ts';
import type { Renewals } from '../license/renewals.ts';
import type { Database } from '../database/types.ts';
import type { Platform } from '../shared/platform.ts';
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
  },
): Licensing {
  const { account, downloads, licenses, trustedTime, who } = stages;
  const { platform, database, connection, events } = from;

  const renewals = createRenewals({
    database,
    licenses,
    trustedTime,
    clock: platform.clock,
    log: platform.log,
    random: (sizeBytes) => platform.random(sizeBytes),
    isOnline: () => connection.state() === 'online' && account.current() !== null,
    onRenewed: show,
  });

  /** The screens' lines say until when it can be played. */
  function show(videoId: string): void {
    const download = downloads.forVideo(videoId);
    const profile = who.current();
    if (download && maySee(stages, profile, download.titleId))
      events.emit({ type: 'download', download: downloadView(stages, download, profile?.profileId ?? null) });
  }

  const stopListening = licenses.onChange(renewals.look);
  return {
    renewals,
    connected: renewals.look,
    async stop() {
      stopListening();
      await renewals.stop();
    },
  };
}
