import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Log, Platform } from '../shared/platform.ts';
import { createSystemClock } from './clock.ts';
import { createDigestThread } from './digest-thread.ts';
import { otherDrives } from './drives.ts';
import { createNodeFetch } from './fetch.ts';
import { createFileSecretBox } from './file-secrets.ts';
import { createKeyringRecord } from './keyring-record.ts';
import { createMeteredSource } from './metered.ts';
import { createInterfaceSignal } from './network.ts';
import { openSettings, serviceUrlIn } from './settings.ts';
import { createSupplySignal } from './supply.ts';
import { createNodeTransport } from './transport.ts';
import { keepYoungGenerationSmall } from './young-generation.ts';

export interface NodePlatformOptions {
  readonly host: Platform['host'];
  readonly version: string;
  /** Database, settings, device identity, logs. */
  readonly userData: string;
  /** Sealed tracks; `<userData>/downloads` when not given. */
  readonly downloads?: string | undefined;
  readonly log: Log;
}

/** A Platform that needs nothing but Node: for the browser host, the command line, tests. */
export interface NodePlatform extends Platform {
  /** Closes idle connections; call it after the engine has stopped. */
  close(): Promise<void>;
}

export function createNodePlatform(options: NodePlatformOptions): NodePlatform {
  const { host, version, userData, log } = options;
  keepYoungGenerationSmall();
  const { fetch, close } = createNodeFetch();
  const transport = createNodeTransport();
  const digests = createDigestThread(log);
  const settings = openSettings(userData, log);
  return {
    host,
    version,
    clock: createSystemClock(),
    fetch,
    transport,
    digests,
    paths: { userData, downloads: options.downloads ?? path.join(userData, 'downloads') },
    secrets: { ...createFileSecretBox(userData, log), record: createKeyringRecord(userData) },
    random: (sizeBytes) => randomBytes(sizeBytes),
    network: createInterfaceSignal({
      serviceUrl: () => serviceUrlIn(settings),
      metered: createMeteredSource(),
    }),
    power: { ...deafToSleep, ...createSupplySignal() },
    settings,
    log,
    otherDrives: () => otherDrives(),
    close: async () => {
      await Promise.all([close(), transport.close(), digests.close()]);
    },
  };
}

/** Node hears nothing of sleep and cannot keep a machine awake. */
const deafToSleep = {
  onSuspend: () => () => undefined,
  onResume: () => () => undefined,
  stayAwake: () => () => undefined,
};
