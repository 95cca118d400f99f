import type { DownloadOptions } from '../../shared/downloads.ts';
import type { SelectionPreferences } from '../../shared/selection.ts';

/** What is ticked in the download dialog: a video rendition's id and languages. */
export interface Chosen {
  readonly videoRenditionId: string;
  readonly audio: string[];
  readonly subtitles: string[];
}

/** What the engine proposes, as ticks. */
export function chosenOf(options: DownloadOptions): Chosen {
  const taken = new Set(options.proposal.renditions.map((each) => each.renditionId));
  const renditions = options.renditions.map((each) => each.rendition).filter((each) => taken.has(each.id));
  return {
    videoRenditionId: renditions.find((each) => each.kind === 'video')?.id ?? '',
    audio: renditions.flatMap((each) => (each.kind === 'audio' ? [each.language] : [])),
    subtitles: renditions.flatMap((each) => (each.kind === 'subtitles' ? [each.language] : [])),
  };
}

export function preferencesOf(chosen: Chosen): SelectionPreferences {
  return {
    video: { rule: 'rendition', renditionId: chosen.videoRenditionId },
    audioLanguages: chosen.audio,
    subtitleLanguages: chosen.subtitles,
    audioDescription: false,
  };
}
