import { Link } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import type { DownloadView } from '../../shared/downloads.ts';
import { useErrorSentence, useText } from '../i18n/use-text.ts';
import { useFormat } from '../i18n/use-format.ts';
import { Artwork } from '../ui/artwork.tsx';
import { Progress } from '../ui/progress.tsx';
import { DownloadActions } from './download-actions.tsx';
import { LicenseLine } from './license-line.tsx';
import { nameOfDownload } from './name.ts';
import { SizeWords } from './size-words.tsx';
import { partOf, summaryOf } from './state.ts';

export function DownloadLine({ download }: { download: DownloadView }) {
  const text = useText();
  const sentence = useErrorSentence();
  const { episode, titleName, position } = download;
  const summary = summaryOf(download);
  const name = nameOfDownload(text, download);
  const canPlay = download.verdict.allowed && download.storedBytes > 0;
  const number =
    episode && text('episode.number', { season: episode.seasonNumber, episode: episode.episodeNumber });
  return (
    <li className={`download download-${summary}`} aria-label={name}>
      <div className="download-picture">
        <Artwork
          titleId={download.titleId}
          artworkVersion={download.artworkVersion}
          shape="backdrop"
          name={titleName}
        />
        {canPlay ? (
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
        <h2>
          <Link to="/title/$titleId" params={{ titleId: download.titleId }}>
            {titleName}
          </Link>
        </h2>
        {episode ? (
          <p>
            {number} · {episode.name}
          </p>
        ) : null}
        {summary === 'completed' || summary === 'locked' ? (
          <p className="download-state">
            {text(`state.${summary}`)} · <SizeWords size={download.selection.size} />
          </p>
        ) : (
          <Running download={download} name={name} />
        )}
        {download.error ? <p className="download-error">{sentence(download.error)}</p> : null}
        {summary === 'completed' || summary === 'locked' ? <LicenseLine verdict={download.verdict} /> : null}
      </div>
      <DownloadActions download={download} name={name} />
    </li>
  );
}

function Running({ download, name }: { download: DownloadView; name: string }) {
  const text = useText();
  const format = useFormat();
  const { size } = download.selection;
  const isMoving = download.state === 'downloading';
  const state = download.waitingFor
    ? text(`waiting.${download.waitingFor}`)
    : text(`state.${download.state}`);
  const facts = [
    state,
    text('downloads.of', {
      stored: format.size(download.storedBytes),
      total: size.exact ? format.size(size.bytes) : text('size.about', { size: format.size(size.bytes) }),
    }),
    isMoving && download.rateBytesPerSecond > 0 ? format.rate(download.rateBytesPerSecond) : undefined,
    isMoving && download.secondsLeft !== null
      ? text('card.left', { time: format.duration(download.secondsLeft) })
      : undefined,
  ];
  return (
    <>
      <Progress
        label={text('downloads.progress', { name })}
        part={partOf(download)}
        tone={download.state === 'failed' ? 'danger' : isMoving ? 'accent' : 'calm'}
      />
      <p className="download-state">{facts.filter((fact) => fact !== undefined).join(' · ')}</p>
    </>
  );
}
