import { Events } from 'hls.js';
import type Hls from 'hls.js';
import type { AbrComponentAPI, FragLoadedData } from 'hls.js';
import { addSample, decideRung, noEstimate } from '../../abr/index.ts';
import type { ThroughputEstimate } from '../../abr/index.ts';
import type { BitsPerSecond, Ms } from '../../shared/units.ts';
import { SOURCE_HEADER } from './loader.ts';

/** A fragment's source where the media handler told it. */
export function sourceOf(networkDetails: unknown): string | null {
  return networkDetails instanceof Response ? networkDetails.headers.get(SOURCE_HEADER) : null;
}

/** What one play learned of the link, for the next one in this window. */
export interface LinkMemory {
  estimate: ThroughputEstimate;
}
const thisWindow: LinkMemory = { estimate: noEstimate };

/**
 * Our quality policy (src/abr) in the place of hls.js's own. Only transfers that crossed the network are
 * samples. The engine sends a segment on when all of it has come and been verified, so a transfer counts
 * from the request, not from the first byte.
 */
export class QualityController implements AbrComponentAPI {
  /** Set by hls.js's error policy: the rung to take next, whatever we think; -1: none. */
  forcedAutoLevel = -1;
  /**
   * hls.js works out by this from where on a quality that the viewer chose can replace what is buffered;
   * without it the choice would wait until the buffer is played. Our estimate counts the wait for the first
   * byte already.
   */
  readonly bwEstimator = {
    getEstimate: () => this.memory.estimate.bitsPerSecond ?? this.hls?.config.abrEwmaDefaultEstimate ?? 0,
    getEstimateTTFB: () => 0,
  } as NonNullable<AbrComponentAPI['bwEstimator']>;
  private hls: Hls | null;
  private readonly memory: LinkMemory;
  private current: number | null = null;
  private lastSwitchAtMs: Ms | null = null;

  constructor(hls: Hls, memory = thisWindow) {
    this.hls = hls;
    this.memory = memory;
    hls.on(Events.FRAG_LOADED, this.onFragLoaded);
    hls.on(Events.MANIFEST_LOADING, this.onManifestLoading);
  }

  get estimateBitsPerSecond(): BitsPerSecond | null {
    return this.memory.estimate.bitsPerSecond;
  }

  get firstAutoLevel(): number {
    return this.within(this.decide(null));
  }

  get nextAutoLevel(): number {
    return this.within(this.forcedAutoLevel >= 0 ? this.forcedAutoLevel : this.decide(this.current));
  }

  set nextAutoLevel(level: number) {
    this.forcedAutoLevel = level;
  }

  resetEstimator(): void {
    this.memory.estimate = noEstimate;
  }

  destroy(): void {
    this.hls?.off(Events.FRAG_LOADED, this.onFragLoaded);
    this.hls?.off(Events.MANIFEST_LOADING, this.onManifestLoading);
    this.hls = null;
  }

  private decide(current: number | null): number {
    const rungs = this.hls?.levels.map((level) => level.maxBitrate || level.bitrate) ?? [];
    if (rungs.length === 0) return 0;
    return decideRung({
      rungs,
      current,
      estimateBitsPerSecond: this.memory.estimate.bitsPerSecond,
      bufferSeconds: this.hls?.mainForwardBufferInfo?.len ?? 0,
      nowMs: performance.now(),
      lastSwitchAtMs: this.lastSwitchAtMs,
    });
  }

  private within(level: number): number {
    if (!this.hls) return level;
    const { minAutoLevel, maxAutoLevel } = this.hls;
    return Math.min(Math.max(level, minAutoLevel), Math.max(minAutoLevel, maxAutoLevel));
  }

  private readonly onManifestLoading = () => {
    this.current = null;
    this.lastSwitchAtMs = null;
    this.forcedAutoLevel = -1;
  };

  private readonly onFragLoaded = (_event: Events.FRAG_LOADED, data: FragLoadedData) => {
    const { frag, networkDetails } = data;
    if (frag.sn === 'initSegment') return;
    if (sourceOf(networkDetails) !== 'store') {
      const { loading, loaded } = frag.stats;
      this.memory.estimate = addSample(this.memory.estimate, {
        sizeBytes: loaded,
        transferMs: loading.end - loading.start,
      });
    }
    if (String(frag.type) !== 'main') return;
    if (this.current !== null && this.current !== frag.level) this.lastSwitchAtMs = performance.now();
    this.current = frag.level;
    this.forcedAutoLevel = -1;
  };
}
