import { availableIn, estimateUnseen } from '../../selection/index.ts';
import type { Sibling } from '../../selection/index.ts';
import { playablesOf } from '../../shared/catalog.ts';
import type { Profile, Row } from '../../shared/catalog.ts';
import { LayoverError } from '../../shared/errors.ts';
import type { Trip, TripItem, TripReport } from '../../shared/trip.ts';
import { DAY_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import { nextEpisodes } from '../../download/keeping/standing.ts';
import type { DownloadStatus } from '../../download/types.ts';
import { downloadView, titleOrNone } from '../download-view.ts';
import { homeView } from '../home.ts';
import { standings } from '../offers/episodes.ts';
import { spaceOf } from '../offers/space.ts';
import type { Parts } from '../parts.ts';
import { visibleDownloads } from '../visible.ts';
import { fromNow, tripOutlook, watchTime } from './report.ts';
import { suggest } from './suggestions.ts';
import type { Candidate } from './suggestions.ts';

const LONGEST_MS: Ms = 366 * DAY_MS;
/** So many episodes of one series at the most: a trip is not for one of them alone. */
const OF_ONE_TITLE = 8;
/** Of a series that the viewer does not know: enough to find out. */
const OF_ONE_PICK = 2;

/** How the downloads stand to a trip, and what would fill it. Errors: `trip/invalid`, `auth/*`, `profile/*`. */
export async function checkTrip(parts: Parts, asked: Trip): Promise<TripReport> {
  const profile = parts.who.viewer() ?? parts.who.required();
  const nowMs = parts.trustedTime.now();
  const trip = fromNow(asked, nowMs);
  if (trip.toMs <= trip.fromMs || trip.toMs - trip.fromMs > LONGEST_MS)
    throw new LayoverError('trip/invalid');
  parts.licenses.purgeExpired();
  const items = visibleDownloads(parts)
    .filter(({ state }) => state !== 'removing')
    .map((status) => itemOf(parts, status, profile, trip, nowMs));
  const watch = watchTime(items, trip);
  const { missingSeconds } = watch;
  const availableBytes = availableIn(await spaceOf(parts)).bytes;
  const preferences = parts.settings.read().downloadPreferences;
  const { own, picks } = candidatesOf(parts, profile);
  return {
    trip,
    nowMs,
    items,
    watch,
    space: {
      availableBytes,
      neededBytes: estimateUnseen(missingSeconds, preferences, siblingsOf(visibleDownloads(parts))).bytes,
    },
    suggestions: suggest(own, { seconds: missingSeconds, availableBytes }, picks),
  };
}

function itemOf(parts: Parts, status: DownloadStatus, profile: Profile, trip: Trip, nowMs: Ms): TripItem {
  const view = downloadView(parts, status, profile.profileId);
  const { position, durationSeconds, verdict } = view;
  const isWatched = position?.completed ?? false;
  return {
    downloadId: view.downloadId,
    videoId: view.videoId,
    titleId: view.titleId,
    titleName: view.titleName,
    episode: view.episode,
    artworkVersion: view.artworkVersion,
    durationSeconds,
    verdict,
    isComplete: view.state === 'completed',
    isWatched,
    watchSeconds: isWatched ? 0 : Math.max(0, durationSeconds - (position?.positionSeconds ?? 0)),
    ...tripOutlook(verdict, parts.licenses.outlook(view.videoId), trip, nowMs),
  };
}

const siblingsOf = (downloads: readonly DownloadStatus[]): Sibling[] =>
  downloads.map(({ selection, durationSeconds }) => ({ sizeBytes: selection.size.bytes, durationSeconds }));

/**
 * What is being watched, then My List; as `picks` what the home screen proposes. Of a series the episodes that come
 * next. Sizes are estimates.
 */
function candidatesOf(parts: Parts, profile: Profile): { own: Candidate[][]; picks: Candidate[][] } {
  const { catalog, downloads, settings, sync } = parts;
  const preferences = settings.read().downloadPreferences;
  const { rows } = homeView(parts, profile);
  const titleIds = (isMeant: (kind: Row['kind']) => boolean) =>
    rows.flatMap(({ kind, items }) => (isMeant(kind) ? items.map(({ titleId }) => titleId) : []));
  const watching = new Set(titleIds((kind) => kind === 'continue-watching'));
  const own = new Set([...watching, ...titleIds((kind) => kind === 'my-list')]);
  const proposed = titleIds((kind) => kind === 'top-picks' || kind === 'because-you-watched');
  const picks = [...new Set(proposed)].filter((titleId) => !own.has(titleId));
  return {
    own: [...own].map((titleId) =>
      candidates(titleId, OF_ONE_TITLE, watching.has(titleId) ? 'watching' : 'my-list'),
    ),
    picks: picks.map((titleId) => candidates(titleId, OF_ONE_PICK, 'for-you')),
  };

  function candidates(titleId: string, most: number, why: Candidate['why']): Candidate[] {
    const title = titleOrNone(catalog, titleId, profile);
    if (!title) return [];
    const siblings = siblingsOf(downloads.list().filter((one) => one.titleId === titleId));
    const wanted =
      title.type === 'series'
        ? nextEpisodes(
            standings(parts, profile.profileId, title),
            most,
            ({ videoId }) => !downloads.forVideo(videoId),
          )
        : playablesOf(title).filter(
            ({ videoId }) =>
              !downloads.forVideo(videoId) && !sync.position(profile.profileId, videoId)?.completed,
          );
    return wanted.map(({ videoId, durationSeconds, episode }) => ({
      videoId,
      titleId,
      titleName: title.name,
      episode: episode
        ? {
            seasonNumber: episode.seasonNumber,
            episodeNumber: episode.episodeNumber,
            name: episode.name,
          }
        : null,
      artworkVersion: title.artworkVersion,
      durationSeconds,
      size: estimateUnseen(durationSeconds, preferences, siblings),
      why,
    }));
  }
}
