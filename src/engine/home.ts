import type { Profile, Row, RowItem } from '../shared/catalog.ts';
import type { HomeView } from '../shared/contract.ts';
import { itemOf } from '../catalog/catalog.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Addresses } from './addresses/addresses.ts';
import type { Sync } from '../sync/sync.ts';

/** Of the latest so many: nobody goes on with more, and each is looked up. */
const MOST_POSITIONS = 300;

/**
 * The home screen's rows. Continue Watching and My List are always made here, of what this computer knows:
 * they are right the moment something was watched, with or without a network; the others are the service's.
 */
export function homeView(
  { addresses, catalog, sync }: { addresses: Pick<Addresses, 'list'>; catalog: Catalog; sync: Sync },
  profile: Profile,
): HomeView {
  const positions = sync.positions(profile.profileId);
  const { rows, refreshedAtMs } = catalog.home(profile);

  const itemOfTitle = (titleId: string): RowItem[] => {
    try {
      return [itemOf(catalog.title(titleId, profile))];
    } catch {
      return []; // Gone from the catalog, or not for this profile.
    }
  };
  const placeOf = (videoId: string): { titleId: string; nextVideoId: string | null } | null => {
    try {
      const { title, nextVideoId } = catalog.video(videoId, profile);
      return { titleId: title.titleId, nextVideoId };
    } catch {
      return null;
    }
  };

  /** By what was watched of each title last: begun, or finished with an episode after it that was not. */
  function watching(): string[] {
    const seen = new Set<string>();
    const finished = new Set(positions.flatMap(({ completed, videoId }) => (completed ? [videoId] : [])));
    return positions.slice(0, MOST_POSITIONS).flatMap(({ videoId, completed, positionSeconds }) => {
      const place = placeOf(videoId);
      if (!place || seen.has(place.titleId) || (!completed && positionSeconds === 0)) return [];
      seen.add(place.titleId);
      const goesOn = !completed || (place.nextVideoId !== null && !finished.has(place.nextVideoId));
      return goesOn ? [place.titleId] : [];
    });
  }

  const own: Row[] = [
    { kind: 'continue-watching', items: watching().flatMap(itemOfTitle) },
    { kind: 'my-list', items: sync.myList(profile.profileId).flatMap(itemOfTitle) },
  ];
  const opened = addresses.list().flatMap(({ titleId }) => itemOfTitle(titleId));
  const theirs = rows.filter(({ kind }) => kind !== 'continue-watching' && kind !== 'my-list');
  return {
    rows: [...own, ...theirs, { kind: 'opened-addresses' as const, items: opened }].filter(
      ({ items }) => items.length > 0,
    ),
    positions,
    refreshedAtMs,
  };
}
