import type { EpisodesOptions } from '../../shared/downloads.ts';
import type { ErrorValue } from '../../shared/errors.ts';
import { useErrorSentence } from '../i18n/use-text.ts';
import { Notice } from '../ui/notice.tsx';

interface RefusedProps {
  refused: { videoId: string; error: ErrorValue }[];
  episodes: EpisodesOptions['episodes'];
}

/** Each episode that could not be taken, with its reason; the others are in the queue. */
export function Refused({ refused, episodes }: RefusedProps) {
  const sentence = useErrorSentence();
  return refused.map(({ videoId, error }) => {
    const name = episodes.find((each) => each.videoId === videoId)?.episode.name ?? videoId;
    return (
      <Notice key={videoId} tone="error">
        {name}: {sentence(error)}
      </Notice>
    );
  });
}
