import { z } from 'zod';
import { Id } from './catalog.ts';

/** Where somebody is in a video: what the player's ticks become, and what sync carries. */
export const WatchPosition = z.object({
  profileId: Id,
  videoId: Id,
  positionSeconds: z.number().nonnegative(),
  durationSeconds: z.number().positive(),
  /** Finished watching: see `completedAt`. */
  completed: z.boolean(),
  /** Trusted time of the tick. */
  watchedAtMs: z.int().nonnegative(),
});
export type WatchPosition = z.infer<typeof WatchPosition>;

/** Credits are not the story: the last 5 % (at most 3 minutes) count as finished. */
export function isCompleted(positionSeconds: number, durationSeconds: number): boolean {
  return positionSeconds >= durationSeconds - Math.min(180, durationSeconds * 0.05);
}

/** Watched this far again, a finished video counts as being watched again. */
const AGAIN_AFTER_SHARE = 0.1;

/**
 * Whether a video counts as finished once somebody is at this position. Finished stays finished over a look
 * back; it is lifted by really watching again: from 10 % up to the credits.
 */
export function completedAt(
  wasCompleted: boolean,
  positionSeconds: number,
  durationSeconds: number,
): boolean {
  const looksBack = wasCompleted && positionSeconds < durationSeconds * AGAIN_AFTER_SHARE;
  return looksBack || isCompleted(positionSeconds, durationSeconds);
}

const Stamp = { profileId: Id, atMs: z.int().nonnegative() };

/**
 * What the viewer did. A mutation is written with the change itself in one transaction and deleted only
 * after the service acknowledged it; `mutationId` makes sending it twice harmless. How two devices' versions
 * merge, by kind: the later `atMs` (or `watchedAtMs`) wins; a tie goes to the greater mutationId.
 */
export const Mutation = z.discriminatedUnion('kind', [
  z.object({ mutationId: z.uuid(), kind: z.literal('progress'), position: WatchPosition }),
  z.object({ mutationId: z.uuid(), kind: z.literal('my-list'), ...Stamp, titleId: Id, listed: z.boolean() }),
  z.object({
    mutationId: z.uuid(),
    kind: z.literal('rating'),
    ...Stamp,
    titleId: Id,
    /** 0 thumbs down, 1 thumbs up, null taken back. */
    rating: z.union([z.literal(0), z.literal(1), z.null()]),
  }),
]);
export type Mutation = z.infer<typeof Mutation>;
/** A mutation that has no name yet. */
export type Deed = Mutation extends infer M ? (M extends Mutation ? Omit<M, 'mutationId'> : never) : never;

/** One profile's state as the service knows it after merging. */
export const ProfileState = z.object({
  positions: z.array(WatchPosition),
  myList: z.array(z.object({ profileId: Id, titleId: Id, listed: z.boolean(), atMs: z.int() })),
  ratings: z.array(
    z.object({
      profileId: Id,
      titleId: Id,
      rating: z.union([z.literal(0), z.literal(1), z.null()]),
      atMs: z.int(),
    }),
  ),
});
export type ProfileState = z.infer<typeof ProfileState>;
