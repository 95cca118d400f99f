import type { Verdict } from '../../shared/license.ts';
import type { KeepingWorld, KeptDownload, Viewing } from '../../download/keeping/types.ts';
import type { KeepingRows } from '../../download/keeping/rows.ts';
import type { DownloadStatus } from '../../download/types.ts';
import { estimateUnseen } from '../../selection/index.ts';
import type { Space } from '../../selection/index.ts';
import { inCatalog, titleOrNone } from '../download-view.ts';
import { standings } from '../offers/episodes.ts';
import { stillNeeded } from '../offers/space.ts';
import type { Parts } from '../parts.ts';
import { withinMaturity } from '../../shared/catalog.ts';
import type { FollowedSeries } from '../../download/keeping/types.ts';

const ended: readonly Extract<Verdict, { allowed: false }>['reason'][] = [
  'license-expired',
  'rental-expired',
  'playback-expired',
  'renewal-overdue',
  'revoked',
];

/** Whether its license has ended. A clock that is wrong, or a license that is still to come, is no such end. */
export function isExpired({ licenses }: Pick<Parts, 'licenses'>, { videoId }: DownloadStatus): boolean {
  const verdict = licenses.verdict(videoId);
  return !verdict.allowed && ended.includes(verdict.reason);
}

/** By every profile of the account that has begun it. */
export function viewingsOf(
  { catalog, sync }: Pick<Parts, 'catalog' | 'sync'>,
  { videoId }: DownloadStatus,
): Viewing[] {
  const viewed = catalog.profiles().flatMap(({ profileId }) => sync.position(profileId, videoId) ?? []);
  if (viewed.length === 0) return [];
  const nextVideoId = inCatalog(catalog, videoId)?.nextVideoId ?? null;
  return viewed.map(({ profileId, positionSeconds, completed, watchedAtMs }) => {
    const next = nextVideoId === null ? undefined : sync.position(profileId, nextVideoId);
    return { profileId, positionSeconds, completed, watchedAtMs, nextBegunAtMs: next?.watchedAtMs ?? null };
  });
}

/** All that the keeping rules look at, as it is now. */
export function keepingWorld(
  parts: Parts,
  accountId: string,
  rows: KeepingRows,
  space: Space,
  cannotBeHad: ReadonlySet<string>,
): KeepingWorld {
  return {
    nowMs: parts.trustedTime.now(),
    rules: parts.settings.read().downloads,
    space,
    downloads: parts.downloads.list().map((status) => keptDownload(parts, status)),
    series: followedSeries(parts, accountId, rows),
    declined: new Set([...rows.declined(accountId), ...cannotBeHad]),
  };
}

function keptDownload(parts: Parts, status: DownloadStatus): KeptDownload {
  const { store, watching } = parts;
  const isSettled = status.state === 'completed' || status.state === 'failed';
  return {
    ...status,
    sizeBytes: store.usedBytes(status.downloadId) + store.reservedBytes(status.downloadId),
    neededBytes: stillNeeded(status, store),
    isPlaying: watching.isOpen(status.videoId),
    // Only what is settled can go, and only for that these are looked at.
    isExpired: isSettled && isExpired(parts, status),
    viewings: isSettled ? viewingsOf(parts, status) : [],
  };
}

function followedSeries(parts: Parts, accountId: string, rows: KeepingRows): FollowedSeries[] {
  const { catalog, downloads, settings } = parts;
  const preferences = settings.read().downloadPreferences;
  const profiles = new Map(catalog.profiles().map((profile) => [profile.profileId, profile]));
  return rows.follows(accountId).flatMap(({ profileId, titleId, keepNext }) => {
    const profile = profiles.get(profileId);
    const title = titleOrNone(catalog, titleId, null);
    if (!profile || !title || !withinMaturity(title.maturityRating, profile.maturityLimit)) return [];
    const episodes = standings(parts, profileId, title);
    const siblings = downloads
      .list()
      .filter((one) => one.titleId === titleId)
      .map(({ selection, durationSeconds }) => ({ sizeBytes: selection.size.bytes, durationSeconds }));
    const estimateBytes = (videoId: string) => {
      const durationSeconds = episodes.find((one) => one.videoId === videoId)?.durationSeconds ?? 0;
      return estimateUnseen(durationSeconds, preferences, siblings).bytes;
    };
    return [{ titleId, keepNext, episodes, estimateBytes }];
  });
}
