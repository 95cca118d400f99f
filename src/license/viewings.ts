import { HOUR_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';

/**
 * A viewing of which nothing is heard for so long is over, even if nobody said so (a window that crashed, a
 * laptop that slept through the night). Long enough for dinner.
 */
const VIEWING_GAP_MS: Ms = HOUR_MS;

/** Which viewings are under way, and since when. In memory: a restart ends them all. */
export interface Viewings {
  /** A sign of life; the first one begins the viewing. */
  note(videoId: string, nowMs: Ms): void;
  end(videoId: string): void;
  since(videoId: string, nowMs: Ms): Ms | null;
}

export function createViewings(): Viewings {
  const underWay = new Map<string, { sinceMs: Ms; lastMs: Ms }>();
  const since = (videoId: string, nowMs: Ms) => {
    const viewing = underWay.get(videoId);
    return viewing && nowMs - viewing.lastMs <= VIEWING_GAP_MS ? viewing.sinceMs : null;
  };
  return {
    since,
    note(videoId, nowMs) {
      underWay.set(videoId, { sinceMs: since(videoId, nowMs) ?? nowMs, lastMs: nowMs });
    },
    end(videoId) {
      underWay.delete(videoId);
    },
  };
}
