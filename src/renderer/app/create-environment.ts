import type { Client } from '../../shared/contract.ts';
import { createRefusals } from '../data/refusals.ts';
import { engineArtworkUrl } from './environment.ts';
import type { Environment } from './environment.ts';

/** Only a page without a media handler gives its own pictures. */
export type EnvironmentOptions = Partial<Pick<Environment, 'artworkUrl'>>;

export function createEnvironment(client: Client, options: EnvironmentOptions = {}): Environment {
  return { client, artworkUrl: options.artworkUrl ?? engineArtworkUrl, refusals: createRefusals() };
}
