import type { DownloadOptions } from '../../shared/downloads.ts';

type Offered = DownloadOptions['renditions'][number];

/** The renditions that the proposal takes. */
export function takenOf({ renditions, proposal }: DownloadOptions): Offered[] {
  const ids = new Set(proposal.renditions.map((each) => each.renditionId));
  return renditions.filter(({ rendition }) => ids.has(rendition.id));
}

/** Languages of what the proposal takes, each once, in its order. */
export function takenLanguages(options: DownloadOptions, kind: 'audio' | 'subtitles'): string[] {
  const taken = takenOf(options).flatMap(({ rendition }) =>
    rendition.kind === kind ? [rendition.language] : [],
  );
  return [...new Set(taken)];
}

export const isDescription = ({ rendition }: Offered): boolean =>
  rendition.kind === 'audio' && rendition.isAudioDescription === true;

/** One offer for each language: the plain one of several in the same language, with its size. */
export function offeredLanguages(options: DownloadOptions, kind: 'audio' | 'subtitles') {
  const offers = options.renditions.flatMap((offered) =>
    offered.rendition.kind === kind && !isDescription(offered)
      ? [{ language: offered.rendition.language, size: offered.size }]
      : [],
  );
  return [...new Map(offers.toReversed().map((each) => [each.language, each])).values()].toReversed();
}
