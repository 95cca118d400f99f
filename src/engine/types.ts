import type { Router } from '@orpc/server';
import type { Client, Contract } from '../shared/contract.ts';

/**
 * What a host holds. `router` is served over MessagePort or HTTP; `client` calls the same router in process,
 * with the same validation; `media` is the media handler.
 */
export interface Engine {
  readonly router: Router<Contract, Record<never, never>>;
  readonly client: Client;
  /**
   * Answers `/media/<sessionId>/…` (playlists, segments) and `/artwork/<titleId>/<shape>.jpg`. Returns at once;
   * slow work happens as the body is pulled. Anything else: 404.
   */
  media(request: Request): Promise<Response>;
  /**
   * Ends sessions and jobs, flushes, closes the database; again: the same end. What is not flushed is recovered
   * at next start.
   */
  stop(): Promise<void>;
}
