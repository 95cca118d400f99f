import { isAddressId, playablesOf, withinMaturity } from '../shared/catalog.ts';
import type { Profile, Row, RowItem, Title } from '../shared/catalog.ts';
import { LayoverError } from '../shared/errors.ts';
import type { Database } from '../database/types.ts';
import type { Ms } from '../shared/units.ts';
import { createArtwork } from './artwork.ts';
import { createReplica } from './replica.ts';
import type { VideoInTitle } from './replica.ts';
import { searchTitles } from './search.ts';
import type { CatalogRemote } from './types.ts';

export interface CatalogOptions {
  readonly database: Database;
  readonly artworkFolder: string;
  readonly remote: CatalogRemote;
  readonly now: () => Ms;
  readonly newId: () => string;
  /** Titles whose pictures stay, whatever room others need. */
  readonly keptTitleIds?: (() => ReadonlySet<string>) | undefined;
  /** Whether whoever is here may know of a title at all; without, of every one. */
  readonly mayKnow?: ((titleId: string) => boolean) | undefined;
}

/**
 * Titles, rows, profiles and artwork, answered from the local replica: the same speed with and without a
 * network. Only `refresh…` and unseen artwork speak with the service, and throw its errors.
 */
export type Catalog = ReturnType<typeof createCatalog>;

export function createCatalog(options: CatalogOptions) {
  const replica = createReplica(options.database);
  const { mayKnow = () => true } = options;
  const artwork = createArtwork({
    folder: options.artworkFolder,
    remote: options.remote,
    newId: options.newId,
    keptTitleIds: options.keptTitleIds,
  });

  function allowed(title: Title | undefined, profile: Profile | null): Title {
    if (!title || (profile && !mayKnow(title.titleId))) throw new LayoverError('catalog/not-found');
    if (profile && !withinMaturity(title.maturityRating, profile.maturityLimit))
      throw new LayoverError('catalog/restricted');
    return title;
  }

  return {
    artwork,
    /** Throws `catalog/not-found`, `catalog/restricted`. */
    title: (titleId: string, profile: Profile | null): Title => allowed(replica.title(titleId), profile),
    /** Throws `catalog/not-found`, `catalog/restricted`. */
    video(videoId: string, profile: Profile | null): VideoInTitle {
      const found = replica.video(videoId);
      allowed(found?.title, profile);
      return found as VideoInTitle;
    },

    search(question: string, profile: Profile): RowItem[] {
      return searchTitles(options.database, question, replica.title)
        .filter((title) => mayKnow(title.titleId))
        .filter((title) => withinMaturity(title.maturityRating, profile.maturityLimit))
        .slice(0, 50)
        .map(itemOf);
    },

    /**
     * The rows of the last refresh, less what this profile may not see or what is gone. Before the first
     * refresh: one row made of the replica, most popular first.
     */
    home(profile: Profile): { rows: Row[]; refreshedAtMs: Ms | null } {
      const known = replica.home(profile.profileId);
      if (!known) return { rows: ownRows(replica.titles(), profile), refreshedAtMs: null };
      const rows = known.rows.map((row) => ({
        ...row,
        items: row.items.flatMap((item) => {
          const title = replica.title(item.titleId);
          return title && withinMaturity(title.maturityRating, profile.maturityLimit)
            ? [{ ...item, artworkVersion: title.artworkVersion }]
            : [];
        }),
      }));
      return { rows, refreshedAtMs: known.refreshedAtMs };
    },

    /** Takes in a title that no service told of; again: replaces it. */
    keep: (title: Title): void =>
      replica.apply({ revision: replica.revision(), titles: [title], removedTitleIds: [] }),
    /** Of what was kept by `keep`. */
    forget: (titleId: string): void =>
      replica.apply({ revision: replica.revision(), titles: [], removedTitleIds: [titleId] }),

    profiles: replica.profiles,
    profile: (profileId: string): Profile | undefined =>
      replica.profiles().find((profile) => profile.profileId === profileId),

    /** They are another account's. */
    forgetProfiles: (): void => replica.putProfiles([]),

    /** Pulls what changed since the last time. Returns whether anything did. */
    async refreshTitles(): Promise<boolean> {
      const before = replica.revision();
      const change = await options.remote.catalog(before);
      if (change.revision === before && change.titles.length === 0) return false;
      replica.apply(change);
      return true;
    },
    async refreshHome(profileId: string): Promise<boolean> {
      const { rows } = await options.remote.home(profileId);
      const changed = JSON.stringify(rows) !== JSON.stringify(replica.home(profileId)?.rows);
      replica.putHome(profileId, rows, options.now());
      return changed;
    },
    async refreshProfiles(): Promise<boolean> {
      const { profiles } = await options.remote.profiles();
      const changed = JSON.stringify(profiles) !== JSON.stringify(replica.profiles());
      if (changed) replica.putProfiles(profiles);
      return changed;
    },
  };
}

export function itemOf(title: Title): RowItem {
  const durations = playablesOf(title).map((playable) => playable.durationSeconds);
  return {
    titleId: title.titleId,
    type: title.type,
    name: title.name,
    matchScore: Math.round(title.popularity * 100),
    durationSeconds: durations.reduce((sum, duration) => sum + duration, 0),
    releaseYear: title.releaseYear,
    artworkVersion: title.artworkVersion,
  };
}

function ownRows(titles: Title[], profile: Profile): Row[] {
  const items = titles
    .filter((title) => withinMaturity(title.maturityRating, profile.maturityLimit))
    .filter((title) => !isAddressId(title.titleId))
    .sort((a, b) => b.popularity - a.popularity)
    .slice(0, 40)
    .map(itemOf);
  return items.length > 0 ? [{ kind: 'trending', items }] : [];
}
