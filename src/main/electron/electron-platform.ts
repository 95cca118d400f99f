import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type * as Electron from 'electron';
import ElectronStore from 'electron-store';
import { createSystemClock } from '../../platform/clock.ts';
import { createDigestThread } from '../../platform/digest-thread.ts';
import { otherDrives } from '../../platform/drives.ts';
import { createKeyringRecord } from '../../platform/keyring-record.ts';
import { createMeteredSource } from '../../platform/metered.ts';
import { createPolledSignal } from '../../platform/network.ts';
import { openSettings } from '../../platform/settings.ts';
import { keepYoungGenerationSmall } from '../../platform/young-generation.ts';
import type { Log, Platform } from '../../shared/platform.ts';
import { createFolderChooser } from './choose-folder.ts';
import { createPowerSignal } from './power.ts';
import { createSafeStorageBox } from './safe-storage-secrets.ts';
import { createSessionFetch } from './session-fetch.ts';

export type ElectronPieces = Pick<
  typeof Electron,
  'app' | 'BrowserWindow' | 'dialog' | 'net' | 'powerMonitor' | 'powerSaveBlocker' | 'safeStorage' | 'session'
>;

/** The Platform as Electron has it. Only after `ready`: keychain, power and sessions need it. */
export function createElectronPlatform(electron: ElectronPieces, log: Log): Platform {
  keepYoungGenerationSmall();
  const userData = electron.app.getPath('userData');
  return {
    host: 'electron',
    version: electron.app.getVersion(),
    clock: createSystemClock(),
    fetch: createSessionFetch(electron.session),
    digests: createDigestThread(log),
    paths: { userData, downloads: path.join(userData, 'downloads') },
    secrets: {
      ...createSafeStorageBox({
        safeStorage: electron.safeStorage,
        folder: userData,
        platform: process.platform,
        log,
      }),
      record: createKeyringRecord(userData),
    },
    random: (sizeBytes) => randomBytes(sizeBytes),
    network: createPolledSignal(() => electron.net.isOnline(), { metered: createMeteredSource() }),
    power: createPowerSignal(electron.powerMonitor, electron.powerSaveBlocker),
    settings: openSettings(
      userData,
      log,
      ({ cwd, name }) =>
        new ElectronStore<Record<string, unknown>>({ cwd, name, accessPropertiesByDotNotation: false }),
    ),
    log,
    chooseFolder: createFolderChooser(electron.BrowserWindow, electron.dialog),
    otherDrives: () => otherDrives(),
  };
}
