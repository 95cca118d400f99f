import { createContext, use } from 'react';
import type { Client } from '../../shared/contract.ts';
import type { ArtworkShape } from '../../shared/service-api.ts';
import type { Refusals } from '../data/refusals.ts';

/** What the screens take from outside. */
export interface Environment {
  readonly client: Client;
  /** Address of a picture; poster is 2:3, backdrop 16:9. */
  artworkUrl(titleId: string, shape: ArtworkShape, artworkVersion: string): string;
  /** Sessions that the engine ended on its own. */
  readonly refusals: Refusals;
}

/** The media handler's own address: same origin in every host. */
export function engineArtworkUrl(titleId: string, shape: ArtworkShape, artworkVersion: string): string {
  return `/artwork/${titleId}/${shape}.jpg?v=${encodeURIComponent(artworkVersion)}`;
}

export const EnvironmentContext = createContext<Environment | null>(null);

export function useEnvironment(): Environment {
  const environment = use(EnvironmentContext);
  if (!environment) throw new Error('useEnvironment is only for components inside <App>');
  return environment;
}

export function useClient(): Client {
  return useEnvironment().client;
}
