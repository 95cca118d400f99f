import { Hourglass, Play } from 'lucide-react';
import type { PlaybackStart } from '../../shared/contract.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { useLeave } from './use-leave.ts';

/** A download whose window for finishing begins with the play that is about to happen. */
export function startsTheClock({ stored, verdict }: PlaybackStart): boolean {
  return (
    stored !== 'none' &&
    verdict.allowed &&
    verdict.firstPlayAtMs === null &&
    verdict.finishWithinSeconds !== null
  );
}

export function FirstPlayNotice({ started, onPlay }: { started: PlaybackStart; onPlay: () => void }) {
  const text = useText();
  const format = useFormat();
  const leave = useLeave(started.titleId);
  const seconds = started.verdict.allowed ? (started.verdict.finishWithinSeconds ?? 0) : 0;
  return (
    <div
      className="player-card"
      role="alertdialog"
      aria-labelledby="first-play"
      aria-describedby="first-play-why"
    >
      <Hourglass aria-hidden className="player-card-icon" />
      <h1 id="first-play">{text('player.firstPlay.title')}</h1>
      <p id="first-play-why">
        {text('player.firstPlay.why', { name: started.titleName, time: format.remaining(seconds * 1_000) })}
      </p>
      <div className="player-card-buttons">
        <Button look="quiet" onPress={leave}>
          {text('player.firstPlay.later')}
        </Button>
        <Button look="primary" icon={<Play aria-hidden fill="currentColor" />} onPress={onPlay} autoFocus>
          {text('player.firstPlay.start')}
        </Button>
      </div>
    </div>
  );
}
