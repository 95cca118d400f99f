import { Link } from '@tanstack/react-router';
import { CircleAlert, Download, RotateCw } from 'lucide-react';
import { retryOf } from '../../shared/errors.ts';
import type { ErrorValue } from '../../shared/errors.ts';
import { useErrorSentence, useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { useLeave } from './use-leave.ts';

interface StoppedProps {
  error: ErrorValue;
  titleId: string | undefined;
  onRetry: () => void;
}

/** Why it does not play, in a sentence, with the one action that helps. */
export function Stopped({ error, titleId, onRetry }: StoppedProps) {
  const text = useText();
  const sentence = useErrorSentence();
  const leave = useLeave(titleId);
  const isAboutDownload = error.code.startsWith('license/') || error.code.startsWith('store/');
  return (
    <div className="player-card" role="alert">
      <CircleAlert aria-hidden className="player-card-icon" />
      <h1>{text('player.stopped')}</h1>
      <p>{sentence(error)}</p>
      <div className="player-card-buttons">
        <Button look="quiet" onPress={leave}>
          {text('back')}
        </Button>
        {isAboutDownload ? (
          <Link to="/downloads" className="button button-primary">
            <Download aria-hidden />
            {text('player.toDownloads')}
          </Link>
        ) : retryOf(error.code) === 'never' ? null : (
          <Button look="primary" icon={<RotateCw aria-hidden />} onPress={onRetry} autoFocus>
            {text('tryAgain')}
          </Button>
        )}
      </div>
    </div>
  );
}
