import type { Clock } from '../../src/shared/platform.ts';
import type { Ms } from '../../src/shared/units.ts';
import type { Layout } from '../encoder/layout.ts';
import type { Plan } from './db/accounts.ts';
import type { Database } from './db/database.ts';
import type { LicenseTerms } from './license-terms.ts';
import type { LicenseSigner } from './license-signer.ts';

/** An OCA as the control plane knows it. */
export interface OcaNode {
  readonly ocaId: string;
  /** "http://127.0.0.1:<port>" */
  readonly url: string;
  readonly size: 'small' | 'large';
  /** How far it is from the viewers' network; only the order counts. */
  readonly distance: number;
  holds(videoId: string): boolean;
}

/** What the routes are made of. */
export interface ApiContext {
  readonly database: Database;
  readonly clock: Pick<Clock, 'now'>;
  readonly layout: Layout;
  /** Asked anew at each playback start: OCAs come and go. */
  readonly ocas: () => readonly OcaNode[];
  /** Shared with the OCAs; signs addresses. */
  readonly ocaSecret: string;
  readonly addressValidMs: Ms;
  /** The terms of each plan, before what an operator changed. */
  readonly planTerms: Readonly<Record<Plan, LicenseTerms>>;
  /** What an operator's calls carry; null: there is no operator. */
  readonly operatorToken: string | null;
  readonly signer: LicenseSigner;
  readonly attempt: (name: string, tryIt: () => Promise<boolean>) => Promise<boolean>;
  /** "http://127.0.0.1:<port>/api/v1" */
  readonly apiUrl: () => string;
}
