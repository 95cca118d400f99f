import { Hourglass, Play } from 'lucide-react';
import type { PlaybackStart } from '../../shared/contract.ts';
import type { Verdict } from '../../shared/license.ts';
import { SECOND_MS } from '../../shared/units.ts';
import type { Ms } from '../../shared/units.ts';
import { useTrustedNow } from '../data/trusted-now.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { useLeave } from './use-leave.ts';

/** Whether a window for finishing begins with the play that is about to happen. */
export function startsTheClock({ verdict }: PlaybackStart): boolean {
  return verdict.allowed && verdict.firstPlayAtMs === null && verdict.finishWithinSeconds !== null;
}

/** Said before the clock starts, every time that it would: at the first play of every license. */
export function FirstPlayNotice({ started, onPlay }: { started: PlaybackStart; onPlay: () => void }) {
  const text = useText();
  const format = useFormat();
  const leave = useLeave(started.titleId);
  const nowMs = useTrustedNow();
  const time = format.remaining(timeToFinish(started.verdict, nowMs));
  return (
    <div
      className="player-card"
      role="alertdialog"
      aria-labelledby="first-play"
      aria-describedby="first-play-why"
      onKeyDown={({ key }) => key === 'Escape' && leave()}
    >
      <Hourglass aria-hidden className="player-card-icon" />
      <h1 id="first-play">{text('player.firstPlay.title')}</h1>
      <p id="first-play-why">{text('player.firstPlay.why', { name: started.titleName, time })}</p>
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

/** The window that begins, or what another end leaves of it. */
function timeToFinish(verdict: Verdict, nowMs: Ms): Ms {
  if (!verdict.allowed) return 0;
  const { finishWithinSeconds, playableUntilMs } = verdict;
  return Math.min((finishWithinSeconds ?? 0) * SECOND_MS, (playableUntilMs ?? Infinity) - nowMs);
}
