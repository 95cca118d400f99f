import type { DownloadView } from '../shared/downloads.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { VideoInTitle } from '../catalog/replica.ts';
import type { DownloadStatus } from '../download/types.ts';
import type { Licenses } from '../license/types.ts';
import type { Sync } from '../sync/sync.ts';

/** A download as screens show it: what download/ knows, with its name, its verdict and how far it was watched. */
export function downloadView(
  { catalog, licenses, sync }: { catalog: Catalog; licenses: Licenses; sync: Sync },
  status: DownloadStatus,
  profileId: string | null,
): DownloadView {
  const found = inCatalog(catalog, status.videoId);
  const episode = found?.episode;
  return {
    ...status,
    // A title that left the catalog keeps its download; only its name is gone.
    titleName: found?.title.name ?? status.titleId,
    artworkVersion: found?.title.artworkVersion ?? '',
    episode: episode
      ? { seasonNumber: episode.seasonNumber, episodeNumber: episode.episodeNumber, name: episode.name }
      : null,
    verdict: licenses.verdict(status.videoId),
    position: (profileId && sync.position(profileId, status.videoId)) || null,
  };
}

function inCatalog(catalog: Catalog, videoId: string): VideoInTitle | undefined {
  try {
    return catalog.video(videoId, null);
  } catch {
    return undefined;
  }
}
