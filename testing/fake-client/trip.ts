import { fromNow, tripOutlook, watchTime } from '../../src/engine/trip/report.ts';
import { suggest } from '../../src/engine/trip/suggestions.ts';
import type { Outlook } from '../../src/license/outlook.ts';
import { playablesOf } from '../../src/shared/catalog.ts';
import type { Client } from '../../src/shared/contract.ts';
import { LayoverError } from '../../src/shared/errors.ts';
import type { Verdict } from '../../src/shared/license.ts';
import type { TripItem, TripRenewal } from '../../src/shared/trip.ts';
import { SECOND_MS } from '../../src/shared/units.ts';
import { endOf } from '../../src/shared/words/license-words.ts';
import { offerOf } from './offer.ts';
import { notStarted } from './seeds.ts';
import { titles } from './titles.ts';
import { downloadBy, putDownload } from './world.ts';
import type { World } from './world.ts';

/** What a verdict lets expect: it ends when it says so. */
function outlookOfVerdict(verdict: Verdict): Outlook {
  return {
    issuedAtMs: 0,
    at(atMs, firstPlayAtMs) {
      if (!verdict.allowed) return verdict;
      const begun =
        firstPlayAtMs !== undefined && verdict.firstPlayAtMs === null && verdict.finishWithinSeconds !== null
          ? {
              ...verdict,
              firstPlayAtMs,
              startByMs: null,
              playableUntilMs: firstPlayAtMs + verdict.finishWithinSeconds * SECOND_MS,
              limitedBy: 'playback' as const,
            }
          : verdict;
      const endMs = endOf(begun);
      if (endMs === null || atMs < endMs) return begun;
      const reason = begun.limitedBy === 'playback' ? 'playback-expired' : 'rental-expired';
      return { allowed: false, reason, sinceMs: endMs, canRenew: begun.canRenew };
    },
    renewedAt: (issuedAtMs) => (verdict.canRenew ? outlookOfVerdict(notStarted(issuedAtMs)) : null),
  };
}

export function tripProcedures(world: World): Client['trip'] {
  return {
    check: async (asked) => {
      const nowMs = world.now();
      const trip = fromNow(asked, nowMs);
      if (trip.toMs <= trip.fromMs) throw new LayoverError('trip/invalid');
      const items = world.downloads.map((download): TripItem => {
        const { position, durationSeconds, verdict } = download;
        const isWatched = position?.completed ?? false;
        return {
          ...download,
          isComplete: download.state === 'completed',
          isWatched,
          watchSeconds: isWatched ? 0 : durationSeconds - (position?.positionSeconds ?? 0),
          ...tripOutlook(verdict, outlookOfVerdict(verdict), trip, nowMs),
        };
      });
      const watch = watchTime(items, trip);
      const missing = watch.missingSeconds;
      const candidates = titles.map((title, at) =>
        playablesOf(title)
          .filter(({ videoId }) => !world.downloads.some((each) => each.videoId === videoId))
          .map(({ videoId, durationSeconds, episode }) => ({
            videoId,
            titleId: title.titleId,
            titleName: title.name,
            episode: episode ?? null,
            artworkVersion: title.artworkVersion,
            durationSeconds,
            size: { ...offerOf(videoId, world.settings.downloadPreferences).proposal.size, exact: false },
            // The last of them is nothing that the viewer asked for.
            why: at < titles.length - 1 ? ('watching' as const) : ('for-you' as const),
          })),
      );
      const availableBytes = world.surroundings.roomBytes;
      return {
        trip,
        nowMs,
        items,
        watch,
        space: { availableBytes, neededBytes: Math.round(missing * 400_000) },
        suggestions: suggest(
          candidates.slice(0, -1),
          { seconds: missing, availableBytes },
          candidates.slice(-1),
        ),
      };
    },
    renew: async ({ downloadIds }, call) => renewed(world, downloadIds, call?.signal) as never,
  };
}

async function* renewed(
  world: World,
  downloadIds: readonly string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<TripRenewal, void, void> {
  const progress: TripRenewal = { done: 0, total: downloadIds.length, renewed: [], failed: [] };
  yield { ...progress };
  for (const downloadId of downloadIds) {
    if (signal?.aborted) return;
    if (world.status.connection !== 'online')
      progress.failed.push({ downloadId, error: { code: 'network/offline', details: {} } });
    else {
      putDownload(world, { ...downloadBy(world, downloadId), verdict: notStarted(world.now()) });
      progress.renewed.push(downloadId);
    }
    progress.done += 1;
    yield { ...progress };
  }
}
