import { withinMaturity } from '../shared/catalog.ts';
import type { Profile, Title } from '../shared/catalog.ts';
import { isLayoverError, LayoverError } from '../shared/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Downloads, DownloadStatus } from '../download/types.ts';
import type { Who } from './who.ts';

/**
 * Whether a profile may know of something of a title: its download, its pictures. Nobody sees anything before
 * it is known who is watching. A title that left the catalog took its rating with it, so that it is only for
 * a profile without a limit.
 */
export function maySee(catalog: Pick<Catalog, 'title'>, profile: Profile | null, titleId: string): boolean {
  if (!profile) return false;
  try {
    catalog.title(titleId, profile);
    return true;
  } catch (thrown) {
    if (!isLayoverError(thrown, 'catalog/not-found', 'catalog/restricted')) throw thrown;
    return thrown.code === 'catalog/not-found' && profile.maturityLimit === '18';
  }
}

/** The download, if the profile that is watching may know of it; else throws `download/unknown`. */
export function visibleDownload(
  parts: { catalog: Catalog; downloads: Downloads; who: Who },
  downloadId: string,
): DownloadStatus {
  const status = parts.downloads.get(downloadId);
  if (!maySee(parts.catalog, parts.who.current(), status.titleId)) throw new LayoverError('download/unknown');
  return status;
}

/**
 * In whose name the service is asked for a title's bytes: who is watching, or, for a download that goes on
 * while a child is watching or nobody was chosen yet, any profile of the account that may have the title.
 */
export function askingProfile(catalog: Pick<Catalog, 'profiles'>, who: Who, title: Title): string {
  const mayHave = (profile: Profile) => withinMaturity(title.maturityRating, profile.maturityLimit);
  const profiles = [who.current() ?? [], catalog.profiles()].flat();
  return (profiles.find(mayHave) ?? who.required()).profileId;
}
