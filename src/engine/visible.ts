import { withinMaturity } from '../shared/catalog.ts';
import type { MaturityRating, Profile, Title } from '../shared/catalog.ts';
import { isLayoverError, LayoverError } from '../shared/errors.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Downloads, DownloadStatus } from '../download/types.ts';
import type { Who } from './who.ts';

interface Rated {
  readonly catalog: Pick<Catalog, 'title'>;
  readonly downloads: Pick<Downloads, 'list'>;
}

/**
 * Whether a profile may know of something of a title: its download, its pictures. Nobody sees anything before
 * it is known who is watching. A title that left the catalog has the rating that its downloads remember; where
 * none does, it is only for a profile without a limit.
 */
export function maySee(parts: Rated, profile: Profile | null, titleId: string): boolean {
  if (!profile) return false;
  try {
    parts.catalog.title(titleId, profile);
    return true;
  } catch (thrown) {
    if (!isLayoverError(thrown, 'catalog/not-found', 'catalog/restricted')) throw thrown;
    if (thrown.code === 'catalog/restricted') return false;
    return withinMaturity(rememberedRating(parts.downloads, titleId) ?? '18', profile.maturityLimit);
  }
}

function rememberedRating(downloads: Rated['downloads'], titleId: string): MaturityRating | undefined {
  return downloads.list().find((one) => one.titleId === titleId && one.name)?.name?.maturityRating;
}

/** The download, if the profile that is watching may know of it; else throws `download/unknown`. */
export function visibleDownload(
  parts: { catalog: Catalog; downloads: Downloads; who: Who },
  downloadId: string,
): DownloadStatus {
  const status = parts.downloads.get(downloadId);
  if (!maySee(parts, parts.who.viewer(), status.titleId)) throw new LayoverError('download/unknown');
  return status;
}

/** All that it may know of, in the order of work. */
export function visibleDownloads(
  parts: { catalog: Catalog; downloads: Downloads; who: Who },
  some: readonly DownloadStatus[] = parts.downloads.list(),
): DownloadStatus[] {
  const profile = parts.who.viewer();
  const answers = new Map<string, boolean>();
  return some.filter(({ titleId }) => {
    const known = answers.get(titleId) ?? maySee(parts, profile, titleId);
    answers.set(titleId, known);
    return known;
  });
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
