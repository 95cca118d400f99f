import { z } from 'zod';

/** Titles as the service tells them and as the local replica keeps them. */

export const Id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);

/** Ids of what was opened from an address begin so; no service knows of them. */
export const ADDRESS_ID_PREFIX = 'address-';
export const isAddressId = (id: string): boolean => id.startsWith(ADDRESS_ID_PREFIX);

/** What the viewer opened from the address of its manifest: a film whose title and video share one id. */
export const OpenedAddress = z.object({
  titleId: Id,
  videoId: Id,
  /** As it calls itself, or as the viewer called it. */
  name: z.string(),
  url: z.url(),
  openedAtMs: z.int().nonnegative(),
  durationSeconds: z.number().positive(),
});
export type OpenedAddress = z.infer<typeof OpenedAddress>;

export const MaturityRating = z.enum(['all', '7', '12', '16', '18']);
export type MaturityRating = z.infer<typeof MaturityRating>;

/** What can be played: a film has one, every episode has one. The client names playable things by videoId. */
const Playable = {
  videoId: Id,
  durationSeconds: z.number().positive(),
};

export const Episode = z.object({
  episodeId: Id,
  ...Playable,
  seasonNumber: z.int().positive(),
  episodeNumber: z.int().positive(),
  name: z.string(),
  description: z.string(),
});
export type Episode = z.infer<typeof Episode>;

const TitleBase = z.object({
  titleId: Id,
  name: z.string(),
  description: z.string(),
  releaseYear: z.int(),
  maturityRating: MaturityRating,
  genres: z.array(z.string()),
  cast: z.array(z.string()),
  /** BCP 47. */
  audioLanguages: z.array(z.string()),
  subtitleLanguages: z.array(z.string()),
  /** 0 to 1, breaks ties in search. */
  popularity: z.number().min(0).max(1),
  /** Changes whenever the artwork does; part of its address, so artwork can be cached for ever. */
  artworkVersion: z.string(),
  /** Whose title it is: plans may limit how many of one supplier's are downloaded at the same time. */
  supplier: z.string().min(1).max(100).optional(),
});
export const Film = TitleBase.extend({ type: z.literal('film'), ...Playable });
export const Series = TitleBase.extend({ type: z.literal('series'), episodes: z.array(Episode).min(1) });
export const Title = z.discriminatedUnion('type', [Film, Series]);
export type Title = z.infer<typeof Title>;

export const RowKind = z.enum([
  'continue-watching',
  'my-list',
  'top-picks',
  'because-you-watched',
  'trending',
  'top-10',
  /** Made on this computer: what was opened from an address. */
  'opened-addresses',
]);
export type RowKind = z.infer<typeof RowKind>;

export const RowItem = z.object({
  titleId: Id,
  type: z.enum(['film', 'series']),
  name: z.string(),
  /** 0 to 100: how well it fits the profile. */
  matchScore: z.int().min(0).max(100),
  durationSeconds: z.number().nonnegative(),
  releaseYear: z.int(),
  artworkVersion: z.string(),
});
export type RowItem = z.infer<typeof RowItem>;

export const Row = z.object({
  kind: RowKind,
  /** The X of "Because You Watched X". */
  because: z.string().optional(),
  items: z.array(RowItem),
});
export type Row = z.infer<typeof Row>;

export const Profile = z.object({
  profileId: Id,
  name: z.string().min(1).max(40),
  /** One of the avatars in resources/avatars. */
  avatar: z.string(),
  isKids: z.boolean(),
  language: z.string(),
  maturityLimit: MaturityRating,
  hasPin: z.boolean(),
});
export type Profile = z.infer<typeof Profile>;

export const ratingOrder: readonly MaturityRating[] = ['all', '7', '12', '16', '18'];

/** Parental rule: may somebody with this limit see a title so rated? Applied by service and replica alike. */
export function withinMaturity(rating: MaturityRating, limit: MaturityRating): boolean {
  return ratingOrder.indexOf(rating) <= ratingOrder.indexOf(limit);
}

/** Every playable thing of a title, in order of watching. */
export function playablesOf(title: Title): { videoId: string; durationSeconds: number; episode?: Episode }[] {
  if (title.type === 'film') return [{ videoId: title.videoId, durationSeconds: title.durationSeconds }];
  return title.episodes.map((episode) => ({
    videoId: episode.videoId,
    durationSeconds: episode.durationSeconds,
    episode,
  }));
}
