import type { SelectionPreferences } from '../../shared/selection.ts';
import type { DownloadStatus } from '../../download/types.ts';
import { downloadView } from '../download-view.ts';
import type { Keeper } from '../keeping/keeper.ts';
import { addMany, episodesOf } from '../offers/episodes.ts';
import { addDownload, optionsOf } from '../offers/options.ts';
import type { Parts } from '../parts.ts';
import { visibleDownload, visibleDownloads } from '../visible.ts';
import { procedures } from './base.ts';

export function downloadsRouter(parts: Parts, keeper: Keeper) {
  const { downloads, licenses, playback, settings, watching, who } = parts;
  const view = (status: DownloadStatus) => downloadView(parts, status, who.viewer()?.profileId ?? null);
  const views = (some?: DownloadStatus[]) => visibleDownloads(parts, some).map(view);
  const visible = (downloadId: string) => visibleDownload(parts, downloadId);
  const wanted = (preferences?: SelectionPreferences) => preferences ?? settings.read().downloadPreferences;
  const of = procedures.downloads;

  return {
    downloads: {
      options: of.options.handler(({ input, signal }) =>
        optionsOf(parts, input.videoId, wanted(input.preferences), signal),
      ),
      add: of.add.handler(async ({ input, signal }) =>
        view(await addDownload(parts, who.viewerOf(input.videoId), input, signal)),
      ),
      episodes: of.episodes.handler(({ input, signal }) =>
        episodesOf(parts, { ...input, preferences: wanted(input.preferences) }, signal),
      ),
      addMany: of.addMany.handler(async ({ input, signal }) => {
        const { added, refused } = await addMany(parts, input, signal);
        return { added: added.map(view), refused };
      }),
      list: of.list.handler(() => {
        licenses.purgeExpired();
        return views();
      }),
      pause: of.pause.handler(async ({ input }) =>
        view(await downloads.pause(visible(input.downloadId).downloadId)),
      ),
      resume: of.resume.handler(({ input }) => view(downloads.resume(visible(input.downloadId).downloadId))),
      pauseAll: of.pauseAll.handler(async () => views(await downloads.pauseAll())),
      resumeAll: of.resumeAll.handler(() => views(downloads.resumeAll())),
      reorder: of.reorder.handler(({ input }) => {
        const beforeId = input.beforeId === null ? null : visible(input.beforeId).downloadId;
        return views(downloads.reorder(visible(input.downloadId).downloadId, beforeId));
      }),
      setPriority: of.setPriority.handler(({ input }) =>
        view(downloads.setPriority(visible(input.downloadId).downloadId, input.priority)),
      ),
      pin: of.pin.handler(({ input }) => {
        const pinned = view(downloads.pin(visible(input.downloadId).downloadId, input.isPinned));
        keeper.soon();
        return pinned;
      }),
      startAnyway: of.startAnyway.handler(({ input }) =>
        view(downloads.startAnyway(visible(input.downloadId).downloadId)),
      ),
      remove: of.remove.handler(async ({ input }) => {
        const { videoId, titleId } = visible(input.downloadId);
        watching.endVideo(videoId);
        playback.stopVideo(videoId);
        keeper.declined(videoId, titleId);
        await downloads.remove(input.downloadId);
        return {};
      }),
      renewLicense: of.renewLicense.handler(async ({ input }) => {
        const status = visible(input.downloadId);
        await licenses.renew(status.videoId);
        const renewed = view(downloads.get(input.downloadId));
        parts.events.emit({ type: 'download', download: renewed });
        return renewed;
      }),
      followed: of.followed.handler(() => keeper.followed()),
      follow: of.follow.handler(({ input }) => {
        keeper.follow(input.titleId, input.keepNext);
        return keeper.followed();
      }),
      keepNow: of.keepNow.handler(async () => {
        await keeper.now();
        return {};
      }),
      removedByRule: of.removedByRule.handler(() => keeper.removed()),
      seenRemoved: of.seenRemoved.handler(() => {
        keeper.seen();
        return {};
      }),
    },
  };
}
