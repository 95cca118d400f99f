import type { OpenedAddress } from '../../src/shared/catalog.ts';
import type { AppStatus, EngineEvent } from '../../src/shared/contract.ts';
import type {
  DownloadView,
  FollowedTitle,
  LicenseWarning,
  RemovedByRule,
  StorageView,
} from '../../src/shared/downloads.ts';
import { LayoverError } from '../../src/shared/errors.ts';
import type { WatchPosition } from '../../src/shared/progress.ts';
import type { Settings } from '../../src/shared/settings.ts';

/** What the computer is like; tests and the page for work on screens change it as they please. */
export interface Surroundings {
  isMetered: boolean;
  isOnBattery: boolean;
  isPlaying: boolean;
  /** False: the drive of the storage place was pulled out. */
  isPresent: boolean;
  /** What other programs leave of the disk, downloads not counted. */
  roomBytes: number;
  diskBytes: number;
  /** What a check finds. */
  damagedSegments: number;
}

/** All that the parts of the fake engine share; each changes it in place and tells `emit`. */
export interface World {
  readonly now: () => number;
  readonly emit: (event: EngineEvent) => void;
  settings: Settings;
  status: AppStatus;
  /** In the order in which they are worked on. */
  downloads: DownloadView[];
  /** Started whatever network, charger and schedule say. */
  readonly startedAnyway: Set<string>;
  readonly positions: Map<string, WatchPosition>;
  opened: OpenedAddress[];
  followed: FollowedTitle[];
  /** What went by itself and was not seen yet, latest first. */
  removedByRule: RemovedByRule[];
  /** What runs out and was not put away. */
  warnings: LicenseWarning[];
  readonly surroundings: Surroundings;
  /** Of the last view that was shown. */
  revision: number;
  storage: Pick<StorageView, 'folder' | 'move' | 'moveError' | 'check' | 'lastCheck'>;
}

export function downloadBy(world: World, downloadId: string): DownloadView {
  const found = world.downloads.find((each) => each.downloadId === downloadId);
  if (!found) throw new LayoverError('download/unknown');
  return found;
}

/** Keeps it in its place, or appends it, and says so. */
export function putDownload(world: World, changed: DownloadView): DownloadView {
  const download = { ...changed, revision: (world.revision += 1) };
  const at = world.downloads.findIndex((each) => each.downloadId === download.downloadId);
  if (at === -1) world.downloads = [...world.downloads, download];
  else world.downloads = world.downloads.with(at, download);
  world.emit({ type: 'download', download });
  return download;
}

export function requireOnline(world: World): void {
  if (world.status.connection !== 'online') throw new LayoverError('network/offline');
}
