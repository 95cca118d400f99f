import { propose, sizeOf } from '../../selection/index.ts';
import type { DownloadOptions, DownloadView } from '../../shared/downloads.ts';
import { LayoverError } from '../../shared/errors.ts';
import { renditionsOf } from '../../shared/presentation.ts';
import type { Rendition, RenditionSummary } from '../../shared/presentation.ts';
import type { Profile } from '../../shared/catalog.ts';
import type { SelectionPreferences } from '../../shared/selection.ts';
import type { DownloadStatus, NewDownload } from '../../download/types.ts';
import { nameOf } from '../download-view.ts';
import type { Parts } from '../parts.ts';
import { fitFor, freeBytesOf } from './space.ts';

/** What can be chosen for a video, what each choice weighs, and whether the proposal fits. */
export async function optionsOf(
  parts: Parts,
  videoId: string,
  preferences: SelectionPreferences,
  signal: AbortSignal | undefined,
): Promise<DownloadOptions> {
  parts.catalog.video(videoId, parts.who.viewerOf(videoId));
  const { presentation } = await parts.sources.presentation(videoId, signal);
  const proposal = propose(presentation, videoId, preferences);
  return {
    videoId,
    renditions: renditionsOf(presentation).map((rendition) => ({
      rendition: summaryOf(rendition),
      size: sizeOf(rendition),
    })),
    proposal,
    fit: await fitFor(parts, proposal.size.bytes),
    freeBytes: await freeBytesOf(parts.store),
  };
}

/**
 * Takes a video into the queue as these preferences choose. Errors: `download/exists`, `selection/nothing`,
 * `catalog/*`, `service/*`, `manifest/*`, `network/*`.
 */
export async function addDownload(
  parts: Parts,
  profile: Profile,
  wish: {
    readonly videoId: string;
    readonly preferences: SelectionPreferences;
    readonly priority?: NewDownload['priority'];
    readonly origin?: DownloadView['origin'];
  },
  signal: AbortSignal | undefined,
): Promise<DownloadStatus> {
  const { videoId, preferences, priority, origin } = wish;
  const found = parts.catalog.video(videoId, profile);
  if (parts.downloads.forVideo(videoId)) throw new LayoverError('download/exists');
  const { presentation } = await parts.sources.presentation(videoId, signal);
  const selection = propose(presentation, videoId, preferences);
  return parts.downloads.add(selection, presentation, {
    titleId: found.title.titleId,
    name: nameOf(found),
    priority,
    origin,
  });
}

function summaryOf(rendition: Rendition): RenditionSummary {
  const { segments: _segments, init: _init, laterInits: _laterInits, ...summary } = rendition;
  return summary;
}
