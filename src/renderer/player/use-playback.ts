import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { PlaybackStart } from '../../shared/contract.ts';
import type { ErrorValue } from '../../shared/errors.ts';
import { isCompleted } from '../../shared/progress.ts';
import { useEnvironment } from '../app/environment.ts';
import { useSettings } from '../data/queries.ts';
import { Playback } from './playback.ts';
import { emptySnapshot } from './snapshot.ts';
import { Ticker } from './ticker.ts';

const never = () => () => undefined;

/**
 * Plays a started session on the video element that `attach` is given, sends its ticks, and ends when the
 * engine refuses it.
 *
 * @param onStopped why it cannot go on
 * @param onLeft is given the promise of the last tick, which the session must outlive
 */
export function usePlayback(
  started: PlaybackStart,
  onStopped: (error: ErrorValue) => void,
  onLeft: (lastTick: Promise<void>) => void,
) {
  const { client, refusals } = useEnvironment();
  const { playback: preferences } = useSettings();
  const [playback, setPlayback] = useState<Playback | null>(null);
  const [verdict, setVerdict] = useState(started.verdict);
  const [video, attach] = useState<HTMLVideoElement | null>(null);
  // Later changes of a setting must not start the play again.
  const first = useRef({ preferences, onStopped, onLeft });
  const { sessionId } = started;

  useEffect(() => {
    if (!video) return;
    const { preferences: wanted, onStopped: stopped, onLeft: left } = first.current;
    const { resumePositionSeconds, durationSeconds } = started;
    const session = new Playback(video, {
      playlistUrl: started.playlistPath,
      startSeconds: isCompleted(resumePositionSeconds, durationSeconds) ? 0 : resumePositionSeconds,
      audioLanguage: wanted.audioLanguage,
      subtitleLanguage: wanted.subtitleLanguage,
      volume: wanted.volume,
      onFatal: () => {
        void client.playback.stats({ sessionId }).then(
          (stats) => stopped(stats.lastError ?? { code: 'cdn/no-oca', details: {} }),
          () => stopped({ code: 'playback/unknown-session', details: {} }),
        );
      },
    });
    const refuse = (error: ErrorValue) => {
      session.halt();
      stopped(error);
    };
    const ticker = new Ticker(client.playback, sessionId, refuse, (next) =>
      // Most answers are the last one again, and nothing to render for.
      setVerdict((last) => (JSON.stringify(last) === JSON.stringify(next) ? last : next)),
    );
    const stopListening = refusals.listen(sessionId, refuse);
    const listening = new AbortController();
    const on = (name: string, act: () => void) =>
      video.addEventListener(name, act, { signal: listening.signal });
    on('timeupdate', () => {
      if (!video.paused && !video.seeking) ticker.playing(video.currentTime);
    });
    on('pause', () => {
      if (!video.ended) ticker.paused(video.currentTime);
    });
    on('seeked', () => ticker.soughtTo(video.currentTime, video.paused));
    on('ended', () => ticker.ended(video.currentTime));
    const leave = () => {
      if (!video.paused) ticker.paused(video.currentTime);
    };
    window.addEventListener('pagehide', leave, { signal: listening.signal });

    setPlayback(session);
    void session.play();
    return () => {
      leave();
      left(ticker.settled);
      listening.abort();
      stopListening();
      session.destroy();
      setPlayback(null);
    };
  }, [video, started, sessionId, client, refusals]);

  const snapshot = useSyncExternalStore(
    playback?.subscribe ?? never,
    playback?.getSnapshot ?? (() => emptySnapshot),
  );
  return { attach, playback, snapshot, verdict };
}
