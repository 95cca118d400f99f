import type { AnyRouter, Router } from '@orpc/server';
import type { Client, Contract } from '../shared/contract.ts';
import type { Licenses, TrustedTime } from '../license/types.ts';

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

/** What a host adds to the router, made of the engine's own parts. */
export type Extension = (parts: {
  readonly licenses: Licenses;
  readonly trustedTime: TrustedTime;
  /** Screens are told that everything may be different. */
  changed(): void;
  /** Looks whether the service is there, and hears its time. */
  probe(): void;
}) => Record<string, AnyRouter>;
