import type { z } from 'zod';
import { playablesOf } from '../../src/shared/catalog.ts';
import type { Client } from '../../src/shared/contract.ts';
import type { DownloadView, EpisodeScope, EpisodesOptions } from '../../src/shared/downloads.ts';
import { asLayoverError, LayoverError } from '../../src/shared/errors.ts';
import { SelectionPreferences } from '../../src/shared/selection.ts';
import { offerOf, sumOf } from './offer.ts';
import { inOrder, isInQueue, settle } from './rules.ts';
import { newDownload, notStarted, withStored } from './seeds.ts';
import { fitOf, storageOf } from './storage.ts';
import { titles } from './titles.ts';
import { downloadBy, putDownload, requireOnline } from './world.ts';
import type { World } from './world.ts';

const RATE_BYTES_PER_SECOND = 6_400_000;

/** A step of every running download: a twentieth of it. */
export function advanceDownloads(world: World): void {
  for (const download of world.downloads.filter((each) => each.state === 'downloading')) {
    const total = download.selection.size.bytes;
    const storedBytes = Math.min(total, download.storedBytes + Math.ceil(total / 20));
    const isDone = storedBytes === total;
    putDownload(world, {
      ...withStored(download, storedBytes),
      state: isDone ? 'completed' : 'downloading',
      rateBytesPerSecond: isDone ? 0 : RATE_BYTES_PER_SECOND,
      secondsLeft: isDone ? null : (total - storedBytes) / RATE_BYTES_PER_SECOND,
    });
  }
  settle(world);
}

export function removeDownload(world: World, downloadId: string): void {
  downloadBy(world, downloadId);
  world.downloads = world.downloads.filter((each) => each.downloadId !== downloadId);
  world.emit({ type: 'download-removed', downloadId });
  settle(world);
}

/** Watched to its end, and the viewer wants such ones gone: it goes, and is told of until it was seen. */
export function removeByRule(world: World, download: DownloadView): void {
  const { downloadId, videoId, titleId, titleName, episode, storedBytes } = download;
  removeDownload(world, downloadId);
  world.removedByRule = [
    {
      downloadId,
      videoId,
      titleId,
      titleName,
      episode,
      sizeBytes: storedBytes,
      why: 'watched',
      removedAtMs: world.now(),
    },
    ...world.removedByRule,
  ];
  world.emit({ type: 'changed', what: 'downloads' });
}

function add(
  world: World,
  videoId: string,
  wanted: SelectionPreferences,
  origin: DownloadView['origin'] = 'viewer',
): DownloadView {
  if (world.downloads.some((each) => each.videoId === videoId)) throw new LayoverError('download/exists');
  const { shortfallBytes } = fitOf(world, offerOf(videoId, wanted).proposal.size.bytes);
  if (shortfallBytes > 0) throw new LayoverError('store/no-space', { neededBytes: shortfallBytes });
  const { downloadId } = putDownload(world, newDownload(videoId, wanted, world.now(), { origin }));
  settle(world);
  return downloadBy(world, downloadId);
}

function episodesOf(
  world: World,
  titleId: string,
  scope: EpisodeScope,
  wanted: SelectionPreferences,
): EpisodesOptions {
  const title = titles.find((each) => each.titleId === titleId);
  if (title?.type !== 'series') throw new LayoverError('catalog/not-found');
  const all = title.episodes.map((episode) => ({
    videoId: episode.videoId,
    episode: {
      seasonNumber: episode.seasonNumber,
      episodeNumber: episode.episodeNumber,
      name: episode.name,
    },
    size: offerOf(episode.videoId, wanted).proposal.size,
    state: world.downloads.find((each) => each.videoId === episode.videoId)?.state ?? null,
    isWatched: world.positions.get(episode.videoId)?.completed ?? false,
  }));
  const lastWatched = all.findLastIndex((each) => each.isWatched);
  const episodes =
    scope.scope === 'season'
      ? all.filter((each) => each.episode.seasonNumber === scope.seasonNumber)
      : all
          .slice(lastWatched + 1)
          .filter((each) => each.state === null)
          .slice(0, scope.count);
  const size = sumOf(episodes.filter((each) => each.state === null).map((each) => each.size));
  return { titleId, episodes, size, fit: fitOf(world, size.bytes) };
}

/** Of every followed series, as many of the next episodes as the viewer wants are here or on their way. */
export function keepNextReady(world: World): void {
  for (const { titleId, keepNext } of world.followed) {
    const title = titles.find((each) => each.titleId === titleId);
    if (!title) continue;
    const all = playablesOf(title);
    const watched = all.findLastIndex(({ videoId }) => world.positions.get(videoId)?.completed);
    for (const { videoId } of all.slice(watched + 1, watched + 1 + keepNext)) {
      if (world.downloads.some((each) => each.videoId === videoId)) continue;
      add(world, videoId, world.settings.downloadPreferences, 'auto-next');
    }
  }
}

export function downloadProcedures(world: World): Client['downloads'] {
  const wishes = (wanted: z.input<typeof SelectionPreferences> = world.settings.downloadPreferences) =>
    SelectionPreferences.parse(wanted);
  const change = (downloadId: string, changes: Partial<DownloadView>) => {
    putDownload(world, { ...downloadBy(world, downloadId), ...changes });
    settle(world);
    return downloadBy(world, downloadId);
  };
  const paused = { state: 'paused', waitingFor: null, waitingUntilMs: null, rateBytesPerSecond: 0, secondsLeft: null } as const; // prettier-ignore
  const resumed = { state: 'queued', error: null } as const;
  return {
    options: async ({ videoId, preferences }) => {
      const { renditions, proposal } = offerOf(videoId, wishes(preferences));
      const { freeBytes } = storageOf(world);
      return { videoId, renditions, proposal, fit: fitOf(world, proposal.size.bytes), freeBytes };
    },
    add: async ({ videoId, preferences }) => add(world, videoId, wishes(preferences)),
    episodes: async ({ titleId, scope, preferences }) =>
      episodesOf(world, titleId, scope, wishes(preferences)),
    addMany: async ({ videoIds, preferences }) => {
      const added: DownloadView[] = [];
      const refused: Awaited<ReturnType<Client['downloads']['addMany']>>['refused'] = [];
      for (const videoId of videoIds)
        try {
          added.push(add(world, videoId, wishes(preferences)));
        } catch (thrown) {
          refused.push({ videoId, error: asLayoverError(thrown).toValue() });
        }
      return { added, refused };
    },
    list: async () => world.downloads,
    pause: async ({ downloadId }) => change(downloadId, paused),
    resume: async ({ downloadId }) => change(downloadId, resumed),
    pauseAll: async () => {
      for (const { downloadId } of world.downloads.filter(isInQueue)) change(downloadId, paused);
      return world.downloads;
    },
    resumeAll: async () => {
      for (const { downloadId } of world.downloads.filter(({ state }) => state === 'paused'))
        change(downloadId, resumed);
      return world.downloads;
    },
    reorder: async ({ downloadId, beforeId }) => {
      const moved = downloadBy(world, downloadId);
      const others = world.downloads.filter((each) => each.downloadId !== downloadId);
      const queue = others.filter((each) => each.state !== 'completed');
      const before = beforeId === null ? undefined : downloadBy(world, beforeId);
      // It works at the pace of those it now stands among.
      const priority = before?.priority ?? queue.at(-1)?.priority ?? moved.priority;
      const at = before ? others.indexOf(before) : others.length;
      world.downloads = inOrder(others.toSpliced(at, 0, { ...moved, priority }));
      settle(world);
      world.emit({ type: 'changed', what: 'downloads' });
      return world.downloads;
    },
    setPriority: async ({ downloadId, priority }) => {
      const download = change(downloadId, { priority });
      world.emit({ type: 'changed', what: 'downloads' });
      return download;
    },
    pin: async ({ downloadId, isPinned }) => change(downloadId, { isPinned }),
    startAnyway: async ({ downloadId }) => {
      world.startedAnyway.add(downloadId);
      return change(downloadId, resumed);
    },
    remove: async ({ downloadId }) => {
      removeDownload(world, downloadId);
      return {};
    },
    renewLicense: async ({ downloadId }) => {
      requireOnline(world);
      return change(downloadId, { verdict: notStarted(world.now()) });
    },
    followed: async () => world.followed,
    follow: async ({ titleId, keepNext }) => {
      const title = titles.find((each) => each.titleId === titleId);
      if (title?.type !== 'series') throw new LayoverError('catalog/not-found');
      const others = world.followed.filter((each) => each.titleId !== titleId);
      world.followed = keepNext === 0 ? others : [...others, { titleId, titleName: title.name, keepNext }];
      keepNextReady(world);
      return world.followed;
    },
    keepNow: async () => {
      keepNextReady(world);
      return {};
    },
    removedByRule: async () => world.removedByRule,
    seenRemoved: async () => {
      world.removedByRule = [];
      return {};
    },
  };
}
