import type { Profile, Title } from '../shared/catalog.ts';
import type { DownloadView } from '../shared/downloads.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { VideoInTitle } from '../catalog/replica.ts';
import type { DownloadName, DownloadStatus } from '../download/types.ts';
import type { Licenses } from '../license/types.ts';
import type { Sync } from '../sync/sync.ts';

/** A download as screens show it: what download/ knows, with its name, its verdict and how far it was watched. */
export function downloadView(
  {
    catalog,
    licenses,
    sync,
    nextRevision,
  }: { catalog: Catalog; licenses: Licenses; sync: Sync; nextRevision: () => number },
  { name: kept, ...status }: DownloadStatus,
  profileId: string | null,
): DownloadView {
  const found = inCatalog(catalog, status.videoId);
  const name = found ? nameOf(found) : kept;
  return {
    ...status,
    revision: nextRevision(),
    titleName: name?.titleName ?? status.titleId,
    artworkVersion: name?.artworkVersion ?? '',
    episode: name?.episode ?? null,
    verdict: licenses.verdict(status.videoId),
    position: (profileId && sync.position(profileId, status.videoId)) || null,
  };
}

/** What a download is to remember of the title it belongs to. */
export function nameOf({ title, episode }: Pick<VideoInTitle, 'title' | 'episode'>): DownloadName {
  const { name: titleName, artworkVersion, maturityRating } = title;
  if (!episode) return { titleName, artworkVersion, maturityRating, episode: null };
  const { seasonNumber, episodeNumber, name } = episode;
  return { titleName, artworkVersion, maturityRating, episode: { seasonNumber, episodeNumber, name } };
}

/** undefined: it is not, or not any more. */
export function inCatalog(catalog: Pick<Catalog, 'video'>, videoId: string): VideoInTitle | undefined {
  try {
    return catalog.video(videoId, null);
  } catch {
    return undefined;
  }
}

/** undefined: it is not in the catalog (any more), or not for this profile. */
export function titleOrNone(
  catalog: Pick<Catalog, 'title'>,
  titleId: string,
  profile: Profile | null,
): Title | undefined {
  try {
    return catalog.title(titleId, profile);
  } catch {
    return undefined;
  }
}
