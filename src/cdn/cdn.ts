import type { Platform } from '../shared/platform.ts';
import { createFetchTransport } from './fetch-transport.ts';
import { createHealth } from './health.ts';
import { createGovernor } from './pace.ts';
import { createSegmentKeys } from './segment-keys.ts';
import { createSteering } from './steering.ts';
import type { Cdn } from './types.ts';

/** What is learned of an OCA in one session serves all; it lives as long as this object. */
export function createCdn(
  platform: Pick<Platform, 'fetch' | 'transport' | 'digests' | 'clock' | 'network' | 'log' | 'random'>,
): Cdn {
  const { clock, network, log, digests } = platform;
  const transport = platform.transport ?? createFetchTransport(platform.fetch);
  const health = createHealth(clock, (sizeBytes) => platform.random(sizeBytes));
  const governor = createGovernor(clock);
  return {
    steer: (pathways, renew, options) =>
      createSteering(
        { fetch: platform.fetch, transport, digests, clock, network, log, health, governor },
        pathways,
        renew,
        options,
      ),
    keys: createSegmentKeys({ fetch: platform.fetch, clock }),
    capDownloads: governor.capDownloads,
  };
}
