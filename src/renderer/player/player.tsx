import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { PlaybackStart } from '../../shared/contract.ts';
import type { ErrorValue } from '../../shared/errors.ts';
import { useScreen } from '../app/use-screen.ts';
import { useText } from '../i18n/use-text.ts';
import { Controls } from './controls.tsx';
import { commandOf, focusKind } from './keys.ts';
import type { PlayerCommand } from './keys.ts';
import { NextEpisode } from './next-episode.tsx';
import { Statistics } from './statistics.tsx';
import { TopBar } from './top-bar.tsx';
import { useFullscreen } from './use-fullscreen.ts';
import { useIdle } from './use-idle.ts';
import { useLeave } from './use-leave.ts';
import { usePlayback } from './use-playback.ts';

interface PlayerProps {
  started: PlaybackStart;
  onStopped: (error: ErrorValue) => void;
  /** Is given the promise of the last tick when the player is taken down. */
  onLeft: (lastTick: Promise<void>) => void;
}

export function Player({ started, onStopped, onLeft }: PlayerProps) {
  const text = useText();
  useScreen(started.titleName);
  const navigate = useNavigate();
  const leave = useLeave(started.titleId);
  const { attach, playback, snapshot, verdict } = usePlayback(started, onStopped, onLeft);
  const { isFullscreen, toggleFullscreen } = useFullscreen();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [showsStatistics, setShowsStatistics] = useState(false);
  const isIdle = useIdle(snapshot.isPaused || isMenuOpen);
  const { nextVideoId } = started;

  function playNext() {
    if (nextVideoId) void navigate({ to: '/play/$videoId', params: { videoId: nextVideoId }, replace: true });
  }

  function run(command: PlayerCommand) {
    switch (command) {
      case 'toggle':
        return playback?.toggle();
      case 'back-10':
        return playback?.seekBy(-10);
      case 'on-10':
        return playback?.seekBy(10);
      case 'back-5':
        return playback?.seekBy(-5);
      case 'on-5':
        return playback?.seekBy(5);
      case 'louder':
        return playback?.setVolume(snapshot.volume + 0.1);
      case 'softer':
        return playback?.setVolume(snapshot.volume - 0.1);
      case 'mute':
        return playback?.toggleMuted();
      case 'fullscreen':
        return toggleFullscreen();
      case 'captions':
        return playback?.toggleSubtitles();
      case 'statistics':
        return setShowsStatistics((shows) => !shows);
      case 'leave':
        return leave();
    }
  }

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const command = commandOf(event, focusKind(document.activeElement));
      if (!command) return;
      event.preventDefault();
      run(command);
    };
    // Captured, because menu buttons keep every key that they see to themselves.
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  });

  return (
    <div className={`stage${isIdle ? ' stage-idle' : ''}`}>
      <video
        ref={attach}
        data-testid="video"
        className="stage-video"
        playsInline
        onClick={() => playback?.toggle()}
        onDoubleClick={toggleFullscreen}
      />
      {snapshot.isWaiting && !snapshot.isPaused ? (
        <div className="stage-waiting" role="status">
          <span className="loading-mark" aria-hidden />
          <span className="for-listeners">{text('loading')}</span>
        </div>
      ) : null}
      {showsStatistics && playback ? (
        <Statistics
          sessionId={started.sessionId}
          snapshot={snapshot}
          playback={playback}
          onClose={() => setShowsStatistics(false)}
        />
      ) : null}
      <TopBar started={started} verdict={verdict} onLeave={leave} />
      {snapshot.isEnded ? (
        <NextEpisode
          hasNext={nextVideoId !== null}
          onNext={playNext}
          onAgain={() => {
            playback?.seekTo(0);
            void playback?.play();
          }}
          onLeave={leave}
        />
      ) : null}
      <Controls
        playback={playback}
        snapshot={snapshot}
        durationSeconds={started.durationSeconds}
        isFullscreen={isFullscreen}
        showsStatistics={showsStatistics}
        onCommand={run}
        onMenu={setMenuOpen}
        onNext={nextVideoId ? playNext : undefined}
      />
    </div>
  );
}
