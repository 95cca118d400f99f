import type { Cdn } from '../cdn/types.ts';
import type { Database } from '../database/types.ts';
import type { Licenses } from '../license/types.ts';
import type { Clock, Log, NetworkSignal, PowerSignal } from '../shared/platform.ts';
import type { DownloadRules } from '../shared/settings.ts';
import type { Presence } from '../store/presence.ts';
import type { Store } from '../store/types.ts';
import type { MinuteOfDay } from './schedule.ts';
import type { VideoSources } from './types.ts';

/** All that downloads are made of. */
export interface DownloadDeps {
  readonly database: Database;
  readonly store: Store;
  /** Of the drive that the store lies on; whoever made it starts and stops it. */
  readonly presence: Pick<Presence, 'isPresent' | 'doubt' | 'onChange'>;
  readonly licenses: Licenses;
  readonly cdn: Cdn;
  readonly clock: Clock;
  readonly network: NetworkSignal;
  readonly power: Pick<PowerSignal, 'onSuspend' | 'onResume' | 'isOnBattery' | 'onSupplyChange'>;
  readonly log: Log;
  readonly sources: VideoSources;
  /** Who is signed in: other accounts' downloads are neither told of nor worked on, but kept. */
  accountId(): string | null;
  /** As they are now; `reconsider` says that they are others. */
  rules(): DownloadRules;
  /** Something is being watched that needs the network. */
  isPlaying(): boolean;
  newId(): string;
  random(sizeBytes: number): Uint8Array;
  /** The viewer's clock; the machine's own where not given. */
  readonly minuteOfDay?: MinuteOfDay | undefined;
}
