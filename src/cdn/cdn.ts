import type { Platform } from '../shared/platform.ts';
import { createHealth } from './health.ts';
import { createSteering } from './steering.ts';
import type { Cdn } from './types.ts';

/** What is learned of an OCA in one session serves all; it lives as long as this object. */
export function createCdn(platform: Pick<Platform, 'fetch' | 'clock' | 'network' | 'log' | 'random'>): Cdn {
  const { fetch, clock, network, log } = platform;
  const health = createHealth(clock, (sizeBytes) => platform.random(sizeBytes));
  return {
    steer: (pathways, renew, probePath) =>
      createSteering({ fetch, clock, network, log, health }, pathways, renew, probePath),
  };
}
