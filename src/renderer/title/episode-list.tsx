import { Link } from '@tanstack/react-router';
import { Check, CloudOff, Download, Play } from 'lucide-react';
import type { Episode, Title } from '../../shared/catalog.ts';
import type { WatchPosition } from '../../shared/progress.ts';
import { useReach } from '../cards/reach.ts';
import { DownloadButton } from '../downloads/download-button.tsx';
import { VideoLicense } from '../downloads/video-license.tsx';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { Progress } from '../ui/progress.tsx';

interface EpisodeListProps {
  title: Extract<Title, { type: 'series' }>;
  positions: WatchPosition[];
  onDownload: (episode: Episode) => void;
  onDownloadSeason: (seasonNumber: number) => void;
}

/** All seasons, one below the other. */
export function EpisodeList({ title, positions, onDownload, onDownloadSeason }: EpisodeListProps) {
  const text = useText();
  const seasons = Map.groupBy(title.episodes, (episode) => episode.seasonNumber);
  return [...seasons].map(([season, episodes]) => (
    <section key={season} className="episodes" aria-labelledby={`season-${season}`}>
      <div className="episodes-head">
        <h2 id={`season-${season}`}>{text('title.season', { season })}</h2>
        <Button
          look="quiet"
          icon={<Download aria-hidden />}
          aria-label={text('episodes.season', { season })}
          onPress={() => onDownloadSeason(season)}
        >
          {text('series.season')}
        </Button>
      </div>
      <ol>
        {episodes.map((episode) => (
          <EpisodeLine
            key={episode.videoId}
            episode={episode}
            position={positions.find((each) => each.videoId === episode.videoId)}
            onDownload={() => onDownload(episode)}
          />
        ))}
      </ol>
    </section>
  ));
}

interface EpisodeLineProps {
  episode: Episode;
  position: WatchPosition | undefined;
  onDownload: () => void;
}

function EpisodeLine({ episode, position, onDownload }: EpisodeLineProps) {
  const text = useText();
  const format = useFormat();
  const reach = useReach()({ videoId: episode.videoId });
  const isOut = reach === 'none';
  const part =
    typeof reach === 'object' ? text('card.part', { time: format.duration(reach.firstSeconds) }) : undefined;
  const number = text('episode.number', { season: episode.seasonNumber, episode: episode.episodeNumber });
  return (
    <li className={`episode${isOut ? ' episode-out' : ''}`}>
      <span className="episode-number" aria-hidden>
        {episode.episodeNumber}
      </span>
      <Link
        to="/play/$videoId"
        params={{ videoId: episode.videoId }}
        className="episode-play"
        aria-label={[
          text('card.play', { name: `${number} ${episode.name}` }),
          isOut ? text('card.out') : part,
        ]
          .filter(Boolean)
          .join(', ')}
      >
        {isOut ? <CloudOff aria-hidden /> : <Play aria-hidden fill="currentColor" />}
      </Link>
      <div className="episode-words">
        <h3>{episode.name}</h3>
        <p>{episode.description}</p>
        {position && !position.completed ? (
          <Progress
            label={text('card.progress', { name: episode.name })}
            part={position.positionSeconds / position.durationSeconds}
          />
        ) : null}
        {part ? <p className="episode-part">{part}</p> : null}
        <VideoLicense videoId={episode.videoId} />
      </div>
      <span className="episode-length">
        {position?.completed ? (
          <span className="episode-watched">
            <Check aria-hidden /> {text('title.watched')}
          </span>
        ) : null}
        {format.duration(episode.durationSeconds)}
      </span>
      <DownloadButton videoId={episode.videoId} name={`${number} ${episode.name}`} onChoose={onDownload} />
    </li>
  );
}
