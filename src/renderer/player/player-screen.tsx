import { useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { PlaybackStart } from '../../shared/contract.ts';
import { asLayoverError } from '../../shared/errors.ts';
import type { ErrorValue } from '../../shared/errors.ts';
import { useClient } from '../app/environment.ts';
import { Loading } from '../ui/loading.tsx';
import { FirstPlayNotice, startsTheClock } from './first-play-notice.tsx';
import { Player } from './player.tsx';
import { errorOfRefusal } from './ticker.ts';
import { Stopped } from './stopped.tsx';
import './player.css';

/** Asks the engine for a session and shows it; leaving ends the session. */
export function PlayerScreen() {
  const { videoId } = useParams({ from: '/play/$videoId' });
  const [attempt, setAttempt] = useState(0);
  return (
    <main className="player">
      <Session key={`${videoId} ${attempt}`} videoId={videoId} onRetry={() => setAttempt(attempt + 1)} />
    </main>
  );
}

function Session({ videoId, onRetry }: { videoId: string; onRetry: () => void }) {
  const client = useClient();
  const [started, setStarted] = useState<PlaybackStart | null>(null);
  const [error, setError] = useState<ErrorValue | null>(null);
  const [isAgreed, setAgreed] = useState(false);
  const lastTick = useRef(Promise.resolve());

  useEffect(() => {
    let sessionId: string | undefined;
    let isLeft = false;
    const stop = () => {
      const ending = sessionId;
      if (ending === undefined) return;
      // React takes down the player after this, in the same turn; a tick after the stop would be lost.
      queueMicrotask(() => {
        void lastTick.current.then(() => client.playback.stop({ sessionId: ending })).catch(() => undefined);
      });
    };
    client.playback.start({ videoId }).then(
      (answer) => {
        sessionId = answer.sessionId;
        if (isLeft) stop();
        else setStarted(answer);
      },
      (thrown: unknown) => setError(asLayoverError(thrown).toValue()),
    );
    return () => {
      isLeft = true;
      stop();
    };
  }, [client, videoId]);

  if (error) return <Stopped error={error} videoId={videoId} titleId={started?.titleId} onRetry={onRetry} />;
  if (!started) return <Loading />;
  if (!started.verdict.allowed)
    return (
      <Stopped
        error={errorOfRefusal(started.verdict.reason)}
        videoId={videoId}
        titleId={started.titleId}
        onRetry={onRetry}
      />
    );
  if (startsTheClock(started) && !isAgreed)
    return <FirstPlayNotice started={started} onPlay={() => setAgreed(true)} />;
  return (
    <Player
      started={started}
      onStopped={setError}
      onLeft={(tick) => {
        lastTick.current = tick;
      }}
    />
  );
}
