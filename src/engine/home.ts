import type { Profile, Row, RowItem } from '../shared/catalog.ts';
import type { HomeView } from '../shared/contract.ts';
import { itemOf } from '../catalog/catalog.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Addresses } from './addresses/addresses.ts';
import type { Sync } from '../sync/sync.ts';

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
  const titleIdOfVideo = (videoId: string): string[] => {
    try {
      return [catalog.video(videoId, profile).title.titleId];
    } catch {
      return [];
    }
  };

  const started = positions.filter(({ completed, positionSeconds }) => !completed && positionSeconds > 0);
  const watching = [...new Set(started.flatMap(({ videoId }) => titleIdOfVideo(videoId)))];
  const own: Row[] = [
    { kind: 'continue-watching', items: watching.flatMap(itemOfTitle) },
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
