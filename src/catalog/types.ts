import type { Profile, Row, Title } from '../shared/catalog.ts';
import type { ArtworkShape } from '../shared/service-api.ts';

/** The calls of the service that the replica is filled from; engine/ gives them. */
export interface CatalogRemote {
  catalog(sinceRevision: number): Promise<{ revision: number; titles: Title[]; removedTitleIds: string[] }>;
  home(profileId: string): Promise<{ rows: Row[] }>;
  profiles(): Promise<{ profiles: Profile[] }>;
  artwork(titleId: string, shape: ArtworkShape, version: string): Promise<Uint8Array>;
}
