import { useSuspenseQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { Check, CloudOff, Play, Plus, ThumbsDown, ThumbsUp } from 'lucide-react';
import { isAddressId, playablesOf } from '../../shared/catalog.ts';
import { useClient } from '../app/environment.ts';
import { useTitleAction } from '../data/actions.ts';
import { useReach } from '../cards/reach.ts';
import { queries, useDownloads } from '../data/queries.ts';
import { DownloadButton } from '../downloads/download-button.tsx';
import { VideoLicense } from '../downloads/video-license.tsx';
import { useFormat } from '../i18n/use-format.ts';
import { useScreen } from '../app/use-screen.ts';
import { useText } from '../i18n/use-text.ts';
import { Artwork } from '../ui/artwork.tsx';
import { IconToggle } from '../ui/button.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { Progress } from '../ui/progress.tsx';
import { OpenedTitle } from '../open/opened-title.tsx';
import { EpisodesDialog } from '../choose/episodes-dialog.tsx';
import { EpisodeList } from './episode-list.tsx';
import { nextUp } from './next-up.ts';
import { SeriesDownloads } from './series-downloads.tsx';
import { TitleFacts } from './title-facts.tsx';
import { DownloadDialog } from '../choose/download-dialog.tsx';
import './title.css';

export function TitleScreen() {
  const { titleId } = useParams({ from: '/shell/title/$titleId' });
  const { title, positions } = useSuspenseQuery(queries.title(useClient(), titleId)).data;
  if (isAddressId(titleId) && title.type === 'film')
    return <OpenedTitle title={title} positions={positions} />;
  return <ServiceTitle titleId={titleId} />;
}

function ServiceTitle({ titleId }: { titleId: string }) {
  const text = useText();
  const format = useFormat();
  const client = useClient();
  // Without it everything would look out of reach for a moment.
  useSuspenseQuery(queries.downloads(client));
  const { data } = useSuspenseQuery(queries.title(client, titleId));
  const { title, positions, listed, rating } = data;
  useScreen(title.name);
  /** Several episodes: of a season; null: the next ones. */
  const [several, setSeveral] = useState<{ seasonNumber: number | null } | null>(null);
  const [downloading, setDownloading] = useState<{ videoId: string; name: string } | null>(null);
  const setListed = useTitleAction((engine, input: boolean) =>
    engine.catalog.setListed({ titleId, listed: input }),
  );
  const rate = useTitleAction((engine, input: 0 | 1 | null) =>
    engine.catalog.rate({ titleId, rating: input }),
  );
  const next = nextUp(title, positions);
  const episode = next.episode;
  const number = episode
    ? text('episode.number', { season: episode.seasonNumber, episode: episode.episodeNumber })
    : undefined;
  const isHere = useDownloads().some(({ videoId }) => videoId === next.videoId);
  const reach = useReach()({ videoId: next.videoId });
  const isOut = reach === 'none' && !isHere;
  const verb = text(next.kind === 'resume' ? 'title.resume' : 'title.play');

  return (
    <article className="title">
      <div className="title-head">
        <div className="title-picture">
          <Artwork {...title} shape="backdrop" isEager />
        </div>
        <div className="title-words">
          <h1>{title.name}</h1>
          <TitleFacts title={title} />
          {next.kind === 'resume' ? (
            <div className="title-resume">
              <Progress
                label={text('card.progress', { name: title.name })}
                part={next.positionSeconds / next.durationSeconds}
              />
              <span>
                {[
                  number,
                  text('card.left', { time: format.duration(next.durationSeconds - next.positionSeconds) }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </div>
          ) : null}
          <div className="title-buttons">
            <Link
              to="/play/$videoId"
              params={{ videoId: next.videoId }}
              className={`button button-${isOut ? 'plain' : 'primary'}`}
            >
              {isOut ? <CloudOff aria-hidden /> : <Play aria-hidden fill="currentColor" />}
              {number ? `${verb} ${number}` : verb}
            </Link>
            {title.type === 'film' ? (
              <DownloadButton
                videoId={title.videoId}
                name={title.name}
                look="button"
                onChoose={() => setDownloading({ videoId: title.videoId, name: title.name })}
              />
            ) : null}
            <span className="title-marks">
              <IconToggle
                label={text('title.myList')}
                icon={listed ? <Check aria-hidden /> : <Plus aria-hidden />}
                isOn={listed}
                onChange={(on) => setListed.mutate(on)}
              />
              <IconToggle
                label={text('title.thumbsUp')}
                icon={<ThumbsUp aria-hidden {...(rating === 1 ? { fill: 'currentColor' } : {})} />}
                isOn={rating === 1}
                onChange={(on) => rate.mutate(on ? 1 : null)}
              />
              <IconToggle
                label={text('title.thumbsDown')}
                icon={<ThumbsDown aria-hidden {...(rating === 0 ? { fill: 'currentColor' } : {})} />}
                isOn={rating === 0}
                onChange={(on) => rate.mutate(on ? 0 : null)}
              />
            </span>
          </div>
          {isOut ? <p className="title-out">{text('title.out')}</p> : null}
          {typeof reach === 'object' ? (
            <p className="title-out">{text('title.part', { time: format.duration(reach.firstSeconds) })}</p>
          ) : null}
          <VideoLicense videoId={next.videoId} />
          <ErrorNotice error={setListed.error ?? rate.error} />
        </div>
      </div>
      <div className="title-body">
        <p className="title-description">{title.description}</p>
        <dl className="title-details">
          <dt>{text('title.cast')}</dt>
          <dd>{title.cast.length > 0 ? format.list(title.cast) : '–'}</dd>
          <dt>{text('title.audio')}</dt>
          <dd>{format.list(title.audioLanguages.map(format.language)) || '–'}</dd>
          <dt>{text('title.subtitles')}</dt>
          <dd>{format.list(title.subtitleLanguages.map(format.language)) || '–'}</dd>
        </dl>
      </div>
      {title.type === 'series' ? (
        <>
          <SeriesDownloads
            titleId={titleId}
            name={title.name}
            onDownloadNext={() => setSeveral({ seasonNumber: null })}
          />
          <EpisodeList
            title={title}
            positions={positions}
            onDownload={(chosen) =>
              setDownloading({ videoId: chosen.videoId, name: `${title.name} · ${chosen.name}` })
            }
            onDownloadSeason={(seasonNumber) => setSeveral({ seasonNumber })}
          />
        </>
      ) : null}
      {several && title.type === 'series' ? (
        <EpisodesDialog titleId={titleId} name={title.name} {...several} onClose={() => setSeveral(null)} />
      ) : null}
      {downloading && playablesOf(title).some((each) => each.videoId === downloading.videoId) ? (
        <DownloadDialog {...downloading} onClose={() => setDownloading(null)} />
      ) : null}
    </article>
  );
}
