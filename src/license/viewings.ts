import { HOUR_MS } from '../shared/units.ts';
import type { Ms } from '../shared/units.ts';
import type { Viewing } from './verdict.ts';

/**
 * A viewing in which nothing was watched for so long is over, even if nobody said so (a pause for the night, a
 * window that crashed, a laptop that slept). Long enough for dinner.
 */
export const VIEWING_GAP_MS: Ms = HOUR_MS;

/** Which viewings are under way, and since when. In memory: a restart ends them all. */
export interface Viewings {
  /** Something was watched; the first time begins the viewing. */
  note(videoId: string, viewingId: string, nowMs: Ms, durationMs: Ms | null): void;
  /** Without an id: all of the video's. */
  end(videoId: string, viewingId?: string): void;
  of(videoId: string, viewingId: string, nowMs: Ms): Viewing | null;
  all(videoId: string, nowMs: Ms): Viewing[];
  /** Of every video. */
  underWay(nowMs: Ms): ViewingUnderWay[];
}

export interface ViewingUnderWay extends Viewing {
  readonly videoId: string;
  readonly viewingId: string;
  /** When something was watched last. */
  readonly lastMs: Ms;
}

export function createViewings(): Viewings {
  const underWay = new Map<string, Map<string, Viewing & { lastMs: Ms }>>();
  const isLive = ({ lastMs }: { lastMs: Ms }, nowMs: Ms) => nowMs - lastMs <= VIEWING_GAP_MS;
  const of = (videoId: string, viewingId: string, nowMs: Ms) => {
    const viewing = underWay.get(videoId)?.get(viewingId);
    return viewing && isLive(viewing, nowMs) ? viewing : null;
  };
  return {
    of,
    all: (videoId, nowMs) =>
      [...(underWay.get(videoId)?.values() ?? [])].filter((viewing) => isLive(viewing, nowMs)),
    underWay: (nowMs) =>
      [...underWay].flatMap(([videoId, ofVideo]) =>
        [...ofVideo].flatMap(([viewingId, one]) =>
          isLive(one, nowMs) ? { ...one, videoId, viewingId } : [],
        ),
      ),
    note(videoId, viewingId, nowMs, durationMs) {
      const ofVideo = underWay.get(videoId) ?? new Map<string, Viewing & { lastMs: Ms }>();
      const sinceMs = of(videoId, viewingId, nowMs)?.sinceMs ?? nowMs;
      underWay.set(videoId, ofVideo.set(viewingId, { sinceMs, lastMs: nowMs, durationMs }));
    },
    end(videoId, viewingId) {
      if (viewingId === undefined) underWay.delete(videoId);
      else underWay.get(videoId)?.delete(viewingId);
    },
  };
}
