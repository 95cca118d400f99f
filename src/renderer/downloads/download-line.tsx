import { Link } from '@tanstack/react-router';
import { Play, Sparkles } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DownloadView } from '../../shared/downloads.ts';
import { useErrorSentence, useText } from '../i18n/use-text.ts';
import { Artwork } from '../ui/artwork.tsx';
import { Progress } from '../ui/progress.tsx';
import { DownloadActions } from './download-actions.tsx';
import { DownloadProgress } from './download-progress.tsx';
import { LicenseLine } from './license-line.tsx';
import { useNameOfDownload } from './name.ts';
import { SizeWords } from './size-words.tsx';
import { summaryOf } from './state.ts';
import './download-line.css';

interface DownloadContentProps {
  download: DownloadView;
  /** Stands first: a handle to drag by, a box to tick. */
  lead?: ReactNode;
  /** What can be done with it; null: nothing just now. */
  actions?: ReactNode;
}

/** A download as a line of an ordinary list. */
export function DownloadLine({ download, ...content }: DownloadContentProps) {
  const name = useNameOfDownload()(download);
  return (
    <li className={`download download-${summaryOf(download)}`} aria-label={name}>
      <DownloadContent download={download} {...content} />
    </li>
  );
}

/** Picture, words and actions, whatever kind of list they stand in. */
export function DownloadContent({ download, lead, actions }: DownloadContentProps) {
  const text = useText();
  const name = useNameOfDownload()(download);
  const { episode, titleName, position, verdict, storedBytes } = download;
  const summary = summaryOf(download);
  const isWhole = summary === 'completed' || summary === 'locked';
  const sentence = useErrorSentence();
  return (
    <>
      {lead}
      <div className="download-picture">
        <Artwork
          titleId={download.titleId}
          artworkVersion={download.artworkVersion}
          shape="backdrop"
          name={titleName}
        />
        {verdict.allowed && storedBytes > 0 ? (
          <Link
            to="/play/$videoId"
            params={{ videoId: download.videoId }}
            className="download-play"
            aria-label={text('card.play', { name })}
          >
            <Play aria-hidden fill="currentColor" />
          </Link>
        ) : null}
        {position && !position.completed ? (
          <span className="download-watched">
            <Progress
              label={text('card.progress', { name })}
              part={position.positionSeconds / position.durationSeconds}
            />
          </span>
        ) : null}
      </div>
      <div className="download-words">
        <h3>
          <Link to="/title/$titleId" params={{ titleId: download.titleId }}>
            {titleName}
          </Link>
        </h3>
        {episode ? (
          <p>
            {text('episode.number', { season: episode.seasonNumber, episode: episode.episodeNumber })} ·{' '}
            {episode.name}
          </p>
        ) : null}
        {isWhole ? (
          <p className="download-state">
            {text(position?.completed ? 'state.watched' : `state.${summary}`)} ·{' '}
            <SizeWords size={download.selection.size} />
          </p>
        ) : (
          <DownloadProgress download={download} name={name} />
        )}
        {download.error ? (
          <p className={summary === 'failed' ? 'download-error' : 'download-state'}>
            {sentence(download.error)}
          </p>
        ) : null}
        {isWhole || verdict.allowed ? <LicenseLine verdict={verdict} /> : null}
        {download.origin === 'auto-next' ? (
          <p className="download-origin">
            <Sparkles aria-hidden /> {text('downloads.autoNext')}
          </p>
        ) : null}
      </div>
      {actions === undefined ? <DownloadActions download={download} name={name} /> : actions}
    </>
  );
}
