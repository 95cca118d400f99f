import { z } from 'zod';
import { Id } from './catalog.ts';
import { DownloadView } from './downloads.ts';
import { ErrorValue } from './errors.ts';
import { RefusalReason, Verdict } from './license.ts';
import { Size } from './selection.ts';

/** "I am offline from … to …": what the trip check is asked and what it answers. */

export const Trip = z.object({
  /** By trusted time; a trip that is under way counts from now. */
  fromMs: z.int().nonnegative(),
  toMs: z.int().nonnegative(),
  /** How much the viewer would watch. */
  hoursPerDay: z.number().min(0.5).max(24),
});
export type Trip = z.infer<typeof Trip>;

export const TripPlays = z.enum(['whole', 'part', 'no']);
export type TripPlays = z.infer<typeof TripPlays>;

export const TripRemedy = z.enum([
  /** It plays all the time. */
  'not-needed',
  /** Renewed now, it does. */
  'renew',
  /** Renewed at or after `renewFromMs`, and before the trip, it does. */
  'renew-later',
  /** Its windows are shorter than the trip: renewed as late as possible, it plays longer than now. */
  'renew-longer',
  /** The clock of this computer is wrong; nothing can be told before it is right. */
  'set-clock',
  'none',
]);
export type TripRemedy = z.infer<typeof TripRemedy>;

/** A download as it will be on the trip. */
export const TripItem = z.object({
  ...DownloadView.pick({
    downloadId: true,
    videoId: true,
    titleId: true,
    titleName: true,
    episode: true,
    artworkVersion: true,
    durationSeconds: true,
  }).shape,
  /** False: not all of it is here yet. What is said of its license holds once it is. */
  isComplete: z.boolean(),
  isWatched: z.boolean(),
  /** Left to watch. */
  watchSeconds: z.number().nonnegative(),
  verdict: Verdict,
  /** Whether it can be started, or, once started, gone on with, at every moment of the trip. */
  plays: TripPlays,
  /** Of the trip, where it plays not at all times of it; null: no limit on that side. */
  playsFromMs: z.int().nullable(),
  playsUntilMs: z.int().nullable(),
  /** Why not at all times. */
  why: RefusalReason.nullable(),
  /** The same if its first play were now; null: it has begun already, or beginning changes nothing. */
  startedNow: z.object({ plays: TripPlays, playsUntilMs: z.int().nullable() }).nullable(),
  remedy: TripRemedy,
  renewFromMs: z.int().nullable(),
  /** Whether a renewal helps now: all the way, or a good part further than without it. */
  renewNow: z.boolean(),
});
export type TripItem = z.infer<typeof TripItem>;

/** What would fill the trip. */
export const TripSuggestion = z.object({
  videoId: Id,
  titleId: Id,
  titleName: z.string(),
  episode: DownloadView.shape.episode,
  artworkVersion: z.string(),
  durationSeconds: z.number().nonnegative(),
  size: Size,
  /** `for-you`: proposed by the service, where the others do not fill the trip; never chosen by itself. */
  why: z.enum(['watching', 'my-list', 'for-you']),
  /** Within the time that is missing and the space that there is. */
  isChosen: z.boolean(),
});
export type TripSuggestion = z.infer<typeof TripSuggestion>;

export const TripReport = z.object({
  /** As it was looked at: from now on, if it has begun. */
  trip: Trip,
  nowMs: z.int().nonnegative(),
  items: z.array(TripItem),
  watch: z.object({
    /** Complete, not watched, and playing at least for a part of the trip. */
    storedSeconds: z.number().nonnegative(),
    /** What will, once it is complete or renewed. */
    comingSeconds: z.number().nonnegative(),
    wantedSeconds: z.number().nonnegative(),
    /** Wanted, and neither stored nor coming. */
    missingSeconds: z.number().nonnegative(),
  }),
  space: z.object({
    availableBytes: z.int().nonnegative(),
    /** What the missing time would take, estimated. */
    neededBytes: z.int().nonnegative(),
  }),
  suggestions: z.array(TripSuggestion),
});
export type TripReport = z.infer<typeof TripReport>;

/** How far renewing for a trip is; told after each few. */
export const TripRenewal = z.object({
  done: z.int().nonnegative(),
  total: z.int().positive(),
  renewed: z.array(Id),
  failed: z.array(z.object({ downloadId: Id, error: ErrorValue })),
});
export type TripRenewal = z.infer<typeof TripRenewal>;

/** What a viewer has to do about a download before the trip. */
export const tripGroups = ['renew', 'lost', 'incomplete', 'ready'] as const;
export type TripGroup = (typeof tripGroups)[number];

/** Of what was renewed for a trip, what has to be renewed again before it, by when that helps most. */
export function renewAgain(items: readonly TripItem[]): { later: TripItem[]; leaving: TripItem[] } {
  const left = items.filter(({ renewNow }) => !renewNow);
  return {
    later: left.filter(({ remedy }) => remedy === 'renew-later'),
    leaving: left.filter(({ remedy }) => remedy === 'renew-longer'),
  };
}

export function tripGroupOf({ isComplete, plays, remedy }: TripItem): TripGroup {
  if (remedy !== 'none' && remedy !== 'not-needed') return 'renew';
  if (!isComplete) return 'incomplete';
  return plays === 'whole' ? 'ready' : 'lost';
}
