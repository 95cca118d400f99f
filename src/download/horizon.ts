import { LayoverError } from '../shared/errors.ts';
import type { RenditionKind } from '../shared/presentation.ts';
import type { Seconds } from '../shared/units.ts';
import type { Plan, PlannedFile } from './plan.ts';

/** How far from the start a download could be played just now, kept up while segments come in. */
export interface Horizon {
  stored(file: PlannedFile): void;
  seconds(): Seconds;
}

/**
 * `missing`: in the plan's order. Of each kind that was chosen one rendition must be there without a hole: the
 * best of them counts, and of the kinds the worst.
 */
export function createHorizon(
  plan: Plan,
  missing: readonly PlannedFile[],
  durationSeconds: Seconds,
): Horizon {
  const tracks = new Map(
    plan.tracks.map(({ trackId, kind }) => [
      trackId,
      { kind, missing: [] as PlannedFile[], first: 0, stored: new Set<number>() },
    ]),
  );
  const trackOf = (trackId: string) => {
    const track = tracks.get(trackId);
    if (!track) throw new LayoverError('store/missing');
    return track;
  };
  for (const file of missing) trackOf(file.trackId).missing.push(file);

  return {
    stored({ trackId, segment }) {
      const track = trackOf(trackId);
      track.stored.add(segment.index);
      // Each is passed once, whatever the order in which they come.
      for (let next = track.missing[track.first]; next && track.stored.has(next.segment.index);) {
        track.first += 1;
        next = track.missing[track.first];
      }
    },
    seconds() {
      const byKind = new Map<RenditionKind, Seconds>();
      for (const { kind, missing: left, first } of tracks.values()) {
        const seconds = left[first]?.segment.startSeconds ?? durationSeconds;
        byKind.set(kind, Math.max(byKind.get(kind) ?? 0, seconds));
      }
      return Math.min(durationSeconds, ...byKind.values());
    },
  };
}
