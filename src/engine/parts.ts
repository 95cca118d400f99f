import type { AppStatus } from '../shared/contract.ts';
import type { createConnection } from './connection.ts';
import type { EventBus } from './events.ts';
import type { Licensing } from './licensing.ts';
import type { Refresh } from './refresh.ts';
import type { Stages } from './stages.ts';

/** Everything that the contract's procedures are made of. */
export interface Parts extends Stages {
  readonly connection: ReturnType<typeof createConnection>;
  /** What the viewer's account page calls this computer. */
  readonly deviceName: string;
  readonly events: EventBus;
  readonly licensing: Licensing;
  readonly refresh: Refresh;
  status(): Promise<AppStatus>;
  /** The status, told to every listener too. */
  changedStatus(): Promise<AppStatus>;
}
