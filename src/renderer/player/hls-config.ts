import type Hls from 'hls.js';
import type { HlsConfig, LoaderConfig } from 'hls.js';
import type { Seconds } from '../../shared/units.ts';
import { FetchLoader } from './loader.ts';
import { QualityController } from './quality.ts';

/**
 * The engine does its own failover between OCAs, and answers when it has the bytes or has given up. So
 * hls.js waits long and tries again seldom: two owners of one retry would multiply each other.
 */
const patient: LoaderConfig = {
  maxTimeToFirstByteMs: 60_000,
  maxLoadTimeMs: 120_000,
  timeoutRetry: { maxNumRetry: 1, retryDelayMs: 0, maxRetryDelayMs: 0 },
  errorRetry: { maxNumRetry: 2, retryDelayMs: 1_000, maxRetryDelayMs: 4_000, backoff: 'exponential' },
};

/**
 * For a session that starts at `startSeconds`.
 *
 * @param onQuality is given the policy's controller, which hls.js makes itself and keeps to itself
 */
export function hlsConfig(
  startSeconds: Seconds,
  onQuality: (controller: QualityController) => void,
): Partial<HlsConfig> {
  class OurQuality extends QualityController {
    constructor(hls: Hls) {
      super(hls);
      onQuality(this);
    }
  }
  return {
    loader: FetchLoader,
    abrController: OurQuality as unknown as HlsConfig['abrController'],
    // Fragmented MP4 needs no transmuxing that would be worth a worker.
    enableWorker: false,
    testBandwidth: false,
    startPosition: startSeconds,
    // More than the 30 s from which our policy goes straight to its target.
    maxBufferLength: 60,
    backBufferLength: 30,
    renderTextTracksNatively: true,
    fragLoadPolicy: { default: patient },
    playlistLoadPolicy: { default: patient },
    manifestLoadPolicy: { default: patient },
  };
}
