import type { Mutation, ProfileState } from '../shared/progress.ts';

/** The two calls of the service that sync needs; engine/ gives them. */
export interface SyncRemote {
  push(mutations: Mutation[]): Promise<{
    acknowledged: string[];
    refused: { mutationId: string; reason: string }[];
  }>;
  pull(sinceRevision: number): Promise<ProfileState & { revision: number }>;
}
