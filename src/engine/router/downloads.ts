import { propose, sizeOf } from '../../selection/index.ts';
import { LayoverError } from '../../shared/errors.ts';
import { renditionsOf } from '../../shared/presentation.ts';
import type { Rendition, RenditionSummary } from '../../shared/presentation.ts';
import type { DownloadStatus } from '../../download/types.ts';
import { downloadView } from '../download-view.ts';
import type { Parts } from '../parts.ts';
import { maySee, visibleDownload } from '../visible.ts';
import { procedures } from './base.ts';

export function downloadsRouter(parts: Parts) {
  const { catalog, downloads, licenses, playback, settings, sources, store, who } = parts;
  const view = (status: DownloadStatus) => downloadView(parts, status, who.current()?.profileId ?? null);
  const visible = (downloadId: string) => visibleDownload(parts, downloadId);

  return {
    downloads: {
      options: procedures.downloads.options.handler(async ({ input, signal }) => {
        catalog.video(input.videoId, who.required());
        const { presentation } = await sources.presentation(input.videoId, signal);
        const preferences = input.preferences ?? settings.read().downloadPreferences;
        return {
          videoId: input.videoId,
          renditions: renditionsOf(presentation).map((rendition) => ({
            rendition: summaryOf(rendition),
            size: sizeOf(rendition),
          })),
          proposal: propose(presentation, input.videoId, preferences),
          freeBytes: await store.freeBytes(),
        };
      }),
      add: procedures.downloads.add.handler(async ({ input, signal }) => {
        const { title } = catalog.video(input.videoId, who.required());
        if (downloads.forVideo(input.videoId)) throw new LayoverError('download/exists');
        const { presentation } = await sources.presentation(input.videoId, signal);
        const selection = propose(presentation, input.videoId, input.preferences);
        return view(downloads.add(selection, presentation, { titleId: title.titleId }));
      }),
      list: procedures.downloads.list.handler(() => {
        licenses.purgeExpired();
        const profile = who.current();
        return downloads
          .list()
          .filter(({ titleId }) => maySee(catalog, profile, titleId))
          .map(view);
      }),
      pause: procedures.downloads.pause.handler(async ({ input }) =>
        view(await downloads.pause(visible(input.downloadId).downloadId)),
      ),
      resume: procedures.downloads.resume.handler(({ input }) =>
        view(downloads.resume(visible(input.downloadId).downloadId)),
      ),
      remove: procedures.downloads.remove.handler(async ({ input }) => {
        playback.stopVideo(visible(input.downloadId).videoId);
        await downloads.remove(input.downloadId);
        return {};
      }),
      renewLicense: procedures.downloads.renewLicense.handler(async ({ input }) => {
        const status = visible(input.downloadId);
        await licenses.renew(status.videoId);
        const renewed = view(downloads.get(input.downloadId));
        parts.events.emit({ type: 'download', download: renewed });
        return renewed;
      }),
      storage: procedures.downloads.storage.handler(async () => ({
        folder: store.folder,
        usedBytes: store.usedBytes(),
        freeBytes: await store.freeBytes(),
      })),
    },
  };
}

function summaryOf(rendition: Rendition): RenditionSummary {
  const { segments: _segments, init: _init, laterInits: _laterInits, ...summary } = rendition;
  return summary;
}
