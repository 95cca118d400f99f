import { Link } from '@tanstack/react-router';
import { CloudOff, Play } from 'lucide-react';
import type { ArtworkShape } from '../../shared/service-api.ts';
import { useText } from '../i18n/use-text.ts';
import { Artwork } from '../ui/artwork.tsx';
import { Progress } from '../ui/progress.tsx';
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
  /** Cannot be played without a connection, and there is none: dimmed, not hidden. */
  isOutOfReach?: boolean;
}

export function Card(props: CardProps) {
  const { titleId, artworkVersion, name, shape, line, part, playVideoId, rank, isOutOfReach = false } = props;
  const text = useText();
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
        {playVideoId ? <span className="for-listeners">{text('card.playsAtOnce')}</span> : null}
        {isOutOfReach ? <span className="for-listeners">{text('card.out')}</span> : null}
      </span>
    </Link>
  );
}
