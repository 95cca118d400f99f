import { useEffect, useState } from 'react';
import { RotateCcw, SkipForward } from 'lucide-react';
import { useSettings } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';

interface NextEpisodeProps {
  hasNext: boolean;
  onNext: () => void;
  onAgain: () => void;
  onLeave: () => void;
}

const COUNTDOWN_SECONDS = 8;

/** At the end: the next episode by itself after a few seconds, if the viewer wants that; else a choice. */
export function NextEpisode({ hasNext, onNext, onAgain, onLeave }: NextEpisodeProps) {
  const text = useText();
  const { autoplayNext } = useSettings().playback;
  const isCounting = hasNext && autoplayNext;
  const [secondsLeft, setSecondsLeft] = useState(COUNTDOWN_SECONDS);

  useEffect(() => {
    if (!isCounting) return;
    if (secondsLeft === 0) {
      onNext();
      return;
    }
    const timer = setTimeout(() => setSecondsLeft(secondsLeft - 1), 1_000);
    return () => clearTimeout(timer);
  }, [isCounting, secondsLeft, onNext]);

  return (
    <div className="stage-next" role="group" aria-label={text('player.end')}>
      <p>{isCounting ? text('player.nextIn', { seconds: secondsLeft }) : text('player.end')}</p>
      <div className="player-card-buttons">
        <Button look="quiet" onPress={onLeave}>
          {text('back')}
        </Button>
        <Button look={hasNext ? 'plain' : 'primary'} icon={<RotateCcw aria-hidden />} onPress={onAgain}>
          {text('player.again')}
        </Button>
        {hasNext ? (
          <Button look="primary" icon={<SkipForward aria-hidden />} onPress={onNext} autoFocus>
            {text('player.next')}
          </Button>
        ) : null}
      </div>
    </div>
  );
}
