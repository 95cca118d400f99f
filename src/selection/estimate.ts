import type { SelectionPreferences, Size } from '../shared/selection.ts';
import { HOUR_MS, SECOND_MS } from '../shared/units.ts';
import type { BitsPerSecond, Bytes, Seconds } from '../shared/units.ts';
import { usualVideoBandwidth } from './size.ts';

/** What is already known of a video like the one in question: another episode of the same series. */
export interface Sibling {
  readonly sizeBytes: Bytes;
  readonly durationSeconds: Seconds;
}

/** Where nothing at all limits the height. */
const usualBestHeight = 1080;
const usualLeastHeight = 240;
const soundBandwidth: BitsPerSecond = 128_000;
const subtitleBandwidth: BitsPerSecond = 1_000;

/**
 * What a video may weigh whose manifest cannot be had just now: as much for each second as its siblings, whose
 * weight under the same preferences is known; without any, what such pictures usually take. Never exact.
 */
export function estimateUnseen(
  durationSeconds: Seconds,
  preferences: SelectionPreferences,
  siblings: readonly Sibling[],
): Size {
  const known = siblings.filter((sibling) => sibling.durationSeconds > 0);
  const seconds = known.reduce((sum, sibling) => sum + sibling.durationSeconds, 0);
  const bytes = known.reduce((sum, sibling) => sum + sibling.sizeBytes, 0);
  const bytesPerSecond = seconds > 0 ? bytes / seconds : usualBytesPerSecond(preferences);
  return { bytes: Math.ceil(bytesPerSecond * durationSeconds), exact: false };
}

function usualBytesPerSecond({
  video,
  audioLanguages,
  subtitleLanguages,
  audioDescription,
}: SelectionPreferences): number {
  const sounds = Math.max(1, audioLanguages.length) * (audioDescription ? 2 : 1);
  const tracks = sounds * soundBandwidth + subtitleLanguages.length * subtitleBandwidth;
  const ofHeight = (height: number) => (usualVideoBandwidth(height) + tracks) / 8;
  switch (video.rule) {
    case 'max-height':
    case 'screen':
      return ofHeight(video.height);
    case 'bytes-per-hour': {
      const allowed = (video.maxBytesPerHour * SECOND_MS) / HOUR_MS;
      return Math.min(allowed, ofHeight(usualBestHeight));
    }
    case 'data-saver':
      return ofHeight(usualLeastHeight);
    case 'rendition':
    case 'best':
      return ofHeight(usualBestHeight);
  }
}
