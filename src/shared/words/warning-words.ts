import type { LicenseWarning } from '../downloads.ts';
import { licenseWords } from './license-words.ts';
import type { LicenseReader } from './license-words.ts';

export interface WarningWords {
  readonly title: string;
  /** One line for each download. */
  readonly lines: readonly string[];
}

/** More than anybody reads in a notification. */
const MOST_LINES = 4;

/** What a notification says of downloads that run out. */
export function warningWords(warnings: readonly LicenseWarning[], reader: LicenseReader): WarningWords {
  const { text } = reader;
  const lines = warnings.map(({ titleName, episode, verdict }) => {
    const number =
      episode && text('episode.number', { season: episode.seasonNumber, episode: episode.episodeNumber });
    const name = number ? `${titleName} · ${number}` : titleName;
    return text('warning.line', { name, words: licenseWords(verdict, reader).words });
  });
  const more = lines.length - MOST_LINES;
  return {
    title: text('warning.title'),
    lines: more > 0 ? [...lines.slice(0, MOST_LINES), text('warning.more', { count: more })] : lines,
  };
}
