import pLimit from 'p-limit';
import { estimateUnseen, propose, sumOfSizes } from '../../selection/index.ts';
import type { Sibling } from '../../selection/index.ts';
import { playablesOf } from '../../shared/catalog.ts';
import type { Episode, Profile, Title } from '../../shared/catalog.ts';
import type { EpisodeScope, EpisodesOptions } from '../../shared/downloads.ts';
import { asLayoverError } from '../../shared/errors.ts';
import type { ErrorValue } from '../../shared/errors.ts';
import type { SelectionPreferences, Size } from '../../shared/selection.ts';
import type { Seconds } from '../../shared/units.ts';
import { nextEpisodes } from '../../download/keeping/standing.ts';
import type { DownloadStatus } from '../../download/types.ts';
import type { Parts } from '../parts.ts';
import { addDownload } from './options.ts';
import { fitFor } from './space.ts';

/** Manifests that are asked for at the same time: a season is no reason to storm the service. */
const AT_ONCE = 4;

interface OfferedEpisode {
  readonly videoId: string;
  readonly durationSeconds: Seconds;
  readonly episode: Episode;
  readonly position: { readonly completed: boolean; readonly watchedAtMs: number } | null;
}

/**
 * Several episodes with what each weighs: exact for downloads and where the service can be asked, else an
 * estimate that says so. Errors: `catalog/*`; a service that is away is none.
 */
export async function episodesOf(
  parts: Parts,
  input: {
    readonly titleId: string;
    readonly scope: EpisodeScope;
    readonly preferences: SelectionPreferences;
  },
  signal: AbortSignal | undefined,
): Promise<EpisodesOptions> {
  const profile = parts.who.required();
  const title = parts.catalog.title(input.titleId, profile);
  const scoped = inScope(parts, profile, title, input.scope);
  const sizes = await sizesOf(parts, scoped, input.preferences, signal);
  const missing = scoped.filter(({ videoId }) => !parts.downloads.forVideo(videoId));
  const size = sumOfSizes(missing.map(({ videoId }) => known(sizes, videoId)));
  return {
    titleId: title.titleId,
    episodes: scoped.map(({ videoId, episode, position }) => ({
      videoId,
      episode: {
        seasonNumber: episode.seasonNumber,
        episodeNumber: episode.episodeNumber,
        name: episode.name,
      },
      size: known(sizes, videoId),
      state: parts.downloads.forVideo(videoId)?.state ?? null,
      isWatched: position?.completed ?? false,
    })),
    size,
    fit: await fitFor(parts, size.bytes),
  };
}

/** Takes what it can, in the order given; what it cannot is named with its reason. */
export async function addMany(
  parts: Parts,
  input: { readonly videoIds: readonly string[]; readonly preferences: SelectionPreferences },
  signal: AbortSignal | undefined,
): Promise<{ added: DownloadStatus[]; refused: { videoId: string; error: ErrorValue }[] }> {
  const profile = parts.who.required();
  const { preferences } = input;
  const videoIds = [...new Set(input.videoIds)];
  // What costs time is asked for ahead, several at once; the queue is filled one after the other, in order.
  const limit = pLimit(AT_ONCE);
  const ready = videoIds.map((videoId) =>
    limit(async () => {
      parts.catalog.video(videoId, profile);
      if (!parts.downloads.forVideo(videoId)) await parts.sources.presentation(videoId, signal);
    }),
  );
  // Each is awaited in its turn below; until then its failure is nobody's surprise.
  void Promise.allSettled(ready);
  const added: DownloadStatus[] = [];
  const refused: { videoId: string; error: ErrorValue }[] = [];
  for (const [at, videoId] of videoIds.entries()) {
    try {
      await ready[at];
      signal?.throwIfAborted();
      added.push(await addDownload(parts, profile, { videoId, preferences }, signal));
    } catch (thrown) {
      signal?.throwIfAborted();
      refused.push({ videoId, error: asLayoverError(thrown).toValue() });
    }
  }
  return { added, refused };
}

/** The episodes of a title as a profile stands to them. */
export function standings({ sync }: Pick<Parts, 'sync'>, profileId: string, title: Title): OfferedEpisode[] {
  return playablesOf(title).flatMap(({ videoId, durationSeconds, episode }) =>
    episode
      ? [{ videoId, durationSeconds, episode, position: sync.position(profileId, videoId) ?? null }]
      : [],
  );
}

function inScope(parts: Parts, { profileId }: Profile, title: Title, scope: EpisodeScope): OfferedEpisode[] {
  const all = standings(parts, profileId, title);
  if (scope.scope === 'season')
    return all.filter(({ episode }) => episode.seasonNumber === scope.seasonNumber);
  return nextEpisodes(all, scope.count, ({ videoId }) => !parts.downloads.forVideo(videoId));
}

async function sizesOf(
  { downloads, sources }: Parts,
  scoped: readonly OfferedEpisode[],
  preferences: SelectionPreferences,
  signal: AbortSignal | undefined,
): Promise<Map<string, Size>> {
  const sizes = new Map<string, Size>();
  const siblings: Sibling[] = [];
  async function ask({ videoId, durationSeconds }: OfferedEpisode): Promise<void> {
    const { presentation } = await sources.presentation(videoId, signal);
    const { size } = propose(presentation, videoId, preferences);
    sizes.set(videoId, size);
    siblings.push({ sizeBytes: size.bytes, durationSeconds });
  }
  const limit = pLimit(AT_ONCE);
  const asked = scoped.map(async (one) => {
    const download = downloads.forVideo(one.videoId);
    if (download) sizes.set(one.videoId, download.selection.size);
    else await limit(() => ask(one));
  });
  await Promise.allSettled(asked);
  signal?.throwIfAborted();
  for (const { videoId, durationSeconds } of scoped)
    if (!sizes.has(videoId)) sizes.set(videoId, estimateUnseen(durationSeconds, preferences, siblings));
  return sizes;
}

function known(sizes: ReadonlyMap<string, Size>, videoId: string): Size {
  return sizes.get(videoId) ?? { bytes: 0, exact: false };
}
