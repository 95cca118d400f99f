import { Link } from '@tanstack/react-router';
import { CircleAlert, Download, KeyRound, RotateCw } from 'lucide-react';
import { retryOf } from '../../shared/errors.ts';
import type { ErrorCode, ErrorValue } from '../../shared/errors.ts';
import { useDownloadAction } from '../data/actions.ts';
import { useDownloads, useIsOffline } from '../data/queries.ts';
import { useErrorSentence, useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { useLeave } from './use-leave.ts';

interface StoppedProps {
  error: ErrorValue;
  videoId: string;
  titleId: string | undefined;
  onRetry: () => void;
}

/** What a renewal mends. */
const renewable: readonly ErrorCode[] = [
  'license/none',
  'license/expired',
  'license/rental-expired',
  'license/playback-expired',
  'license/renewal-overdue',
];

/** Why it does not play, in a sentence, with the one action that helps. */
export function Stopped({ error, videoId, titleId, onRetry }: StoppedProps) {
  const text = useText();
  const sentence = useErrorSentence();
  const leave = useLeave(titleId);
  const download = useDownloads().find((each) => each.videoId === videoId);
  const renew = useDownloadAction((client, input) => client.downloads.renewLicense(input));
  // Offline the sentence says what will help, and there is nothing to press.
  const isOffline = useIsOffline();
  const canRenew =
    !isOffline && download !== undefined && renewable.includes(error.code) && download.verdict.canRenew;
  const isAboutDownload = error.code.startsWith('license/') || error.code.startsWith('store/');
  const canRetry = !isAboutDownload && retryOf(error.code) !== 'never';
  return (
    <div className="player-card" role="alert">
      <CircleAlert aria-hidden className="player-card-icon" />
      <h1>{text('player.stopped')}</h1>
      <p>{sentence(error)}</p>
      <ErrorNotice error={renew.error} />
      <div className="player-card-buttons">
        <Button look="quiet" onPress={leave}>
          {text('back')}
        </Button>
        {canRenew ? (
          <Button
            look="primary"
            icon={<KeyRound aria-hidden />}
            isPending={renew.isPending}
            onPress={() => renew.mutate({ downloadId: download.downloadId }, { onSuccess: onRetry })}
          >
            {text('downloads.renew')}
          </Button>
        ) : null}
        {isAboutDownload || isOffline ? (
          <Link to="/downloads" className={`button button-${canRenew || canRetry ? 'plain' : 'primary'}`}>
            <Download aria-hidden />
            {text('player.toDownloads')}
          </Link>
        ) : null}
        {canRetry ? (
          <Button look="primary" icon={<RotateCw aria-hidden />} onPress={onRetry} autoFocus>
            {text('tryAgain')}
          </Button>
        ) : null}
      </div>
    </div>
  );
}
