import { Link } from '@tanstack/react-router';
import { CloudOff, Play } from 'lucide-react';
import type { ArtworkShape } from '../../shared/service-api.ts';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Artwork } from '../ui/artwork.tsx';
import { Progress } from '../ui/progress.tsx';
import type { Reach } from './reach.ts';
import './card.css';

export interface CardProps {
  titleId: string;
  artworkVersion: string;
  name: string;
  shape: ArtworkShape;
  /** A second line: the episode, what is left, the year. */
  line?: string | undefined;
  /** Watched part, 0 to 1. */
  part?: number | undefined;
  /** Plays at once instead of opening the title's page. */
  playVideoId?: string | undefined;
  /** 1 to 10, drawn large. */
  rank?: number | undefined;
  /** What cannot be played without a connection, while there is none, is dimmed, not hidden. */
  reach?: Reach;
}

export function Card(props: CardProps) {
  const { titleId, artworkVersion, name, shape, line, part, playVideoId, rank, reach = 'all' } = props;
  const text = useText();
  const format = useFormat();
  const isOutOfReach = reach === 'none';
  const target = playVideoId
    ? ({ to: '/play/$videoId', params: { videoId: playVideoId } } as const)
    : ({ to: '/title/$titleId', params: { titleId } } as const);
  return (
    <Link
      {...target}
      className={`card card-${shape}${isOutOfReach ? ' card-out' : ''}${rank ? ' card-ranked' : ''}`}
    >
      {rank ? (
        <span className="card-rank" aria-hidden>
          {rank}
        </span>
      ) : null}
      <span className="card-frame">
        <Artwork titleId={titleId} artworkVersion={artworkVersion} shape={shape} name={name} />
        {playVideoId ? (
          <span className="card-play" aria-hidden>
            <Play fill="currentColor" />
          </span>
        ) : null}
        {isOutOfReach ? (
          <span className="card-badge" aria-hidden>
            <CloudOff />
          </span>
        ) : null}
        {part === undefined ? null : (
          <span className="card-progress" aria-hidden>
            <Progress label={text('card.progress', { name })} part={part} />
          </span>
        )}
      </span>
      <span className="card-text">
        <span className="card-name">{name}</span>
        {line ? <span className="card-line">{line}</span> : null}
        {typeof reach === 'object' ? (
          <span className="card-line">
            {text('card.part', { time: format.duration(reach.firstSeconds) })}
          </span>
        ) : null}
        {playVideoId ? <span className="for-listeners">{text('card.playsAtOnce')}</span> : null}
        {isOutOfReach ? <span className="for-listeners">{text('card.out')}</span> : null}
      </span>
    </Link>
  );
}
