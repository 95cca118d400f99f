import type { Pathway } from '../shared/presentation.ts';
import type { SteeredPathway } from './steering-manifest.ts';
import type { RenewPathways } from './types.ts';

/** The addresses of one session; whoever finds them expired renews them, once for everybody. */
export interface Addresses {
  readonly pathways: readonly SteeredPathway[];
  /** Grows by one with each renewal. */
  readonly generation: number;
  /** Fresh addresses, unless `seenGeneration` is not the newest any more. Rejects as `renew` does. */
  renew(seenGeneration: number): Promise<void>;
}

export function createAddresses(initial: readonly Pathway[], renew: RenewPathways): Addresses {
  let pathways = initial;
  let generation = 0;
  let renewing: Promise<void> | undefined;

  const ask = async () => {
    try {
      const fresh = await renew();
      if (fresh.length === 0) return;
      pathways = fresh;
      generation += 1;
    } finally {
      renewing = undefined;
    }
  };

  return {
    get pathways() {
      return pathways;
    },
    get generation() {
      return generation;
    },
    renew(seenGeneration) {
      if (seenGeneration < generation) return Promise.resolve();
      // No request's signal goes with it: others wait for the same answer.
      return (renewing ??= ask());
    },
  };
}
