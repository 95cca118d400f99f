import { LayoverError } from '../shared/errors.ts';
import type { Log } from '../shared/platform.ts';
import type { KeptGrant } from './grant-rows.ts';

/**
 * What the disk did not take of watching: it counts in this run all the same, and play is held until it is written. So a
 * full disk never gives time, and a kill in that moment loses no more than what was held.
 */
export interface HeldWrites {
  /** The grant with what is not written yet; of another license than that, the grant itself. */
  current(kept: KeptGrant | null): KeptGrant | null;
  /** Writes it, or remembers that it is not written. */
  write(grant: KeptGrant): void;
  /**
   * Whether play may go on under this grant, as far as the disk is concerned. Throws `license/first-play-unwritten`: what
   * was watched is not on the disk, or, before anything was, could not be.
   */
  assertWritten(grant: KeptGrant): void;
  /** The license was replaced or released. */
  forget(videoId: string): void;
}

export function createHeldWrites(store: (grant: KeptGrant) => void, log: Log): HeldWrites {
  const waiting = new Map<string, KeptGrant>();
  /** Licenses whose row was written, or could have been, in this run. */
  const proven = new Set<string>();
  const nameOf = ({ claims }: KeptGrant) => `${claims.licenseId} ${claims.issuedAtMs}`;

  function attempt(grant: KeptGrant): unknown {
    const { videoId } = grant.claims;
    try {
      store(grant);
      waiting.delete(videoId);
      proven.add(nameOf(grant));
      return undefined;
    } catch (thrown) {
      log.error('license/not-written', { videoId, cause: String(thrown) });
      return thrown;
    }
  }

  return {
    current(kept) {
      const held = kept && waiting.get(kept.claims.videoId);
      return held && nameOf(held) === nameOf(kept) && kept.ended === null ? held : kept;
    },
    write(grant) {
      if (attempt(grant) !== undefined) waiting.set(grant.claims.videoId, grant);
    },
    assertWritten(grant) {
      const { videoId } = grant.claims;
      // Without a playback window first play ends nothing, and to forget it costs nobody but the viewer.
      if (grant.claims.policy.playback_duration_seconds === 0) return;
      const isSettled = grant.firstPlayAtMs !== null || proven.has(nameOf(grant));
      if (!waiting.has(videoId) && isSettled) return;
      const cause = attempt(waiting.get(videoId) ?? grant);
      if (cause !== undefined) throw new LayoverError('license/first-play-unwritten', { videoId }, { cause });
    },
    forget: (videoId) => void waiting.delete(videoId),
  };
}
