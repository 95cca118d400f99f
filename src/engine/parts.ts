import type { Catalog } from '../catalog/catalog.ts';
import type { Downloads } from '../download/types.ts';
import type { Licenses, TrustedTime } from '../license/types.ts';
import type { Device } from '../license/device.ts';
import type { Playback } from '../playback/types.ts';
import type { ServiceClient } from '../service/service-client.ts';
import type { AppStatus } from '../shared/contract.ts';
import type { Store } from '../store/types.ts';
import type { Sync } from '../sync/sync.ts';
import type { AccountKeeper } from './account.ts';
import type { createConnection } from './connection.ts';
import type { EventBus } from './events.ts';
import type { Refresh } from './refresh.ts';
import type { SettingsKeeper } from './settings.ts';
import type { Sources } from './sources.ts';
import type { Viewings } from './viewing.ts';
import type { Who } from './who.ts';

/** Everything that the contract's procedures are made of. */
export interface Parts {
  readonly account: AccountKeeper;
  readonly catalog: Catalog;
  readonly connection: ReturnType<typeof createConnection>;
  readonly device: Device;
  /** What the viewer's account page calls this computer. */
  readonly deviceName: string;
  readonly downloads: Downloads;
  readonly events: EventBus;
  readonly licenses: Licenses;
  readonly playback: Playback;
  readonly refresh: Refresh;
  readonly service: ServiceClient;
  /** The address that is just being signed in to; null: the one that the settings name. */
  readonly serviceUrl: { use(url: string | null): void };
  readonly settings: SettingsKeeper;
  readonly sources: Sources;
  readonly store: Store;
  readonly sync: Sync;
  readonly trustedTime: TrustedTime;
  readonly viewings: Viewings;
  readonly who: Who;
  status(): Promise<AppStatus>;
  /** The status, told to every listener too. */
  changedStatus(): Promise<AppStatus>;
}
