import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Info, Play } from 'lucide-react';
import { useClient } from '../app/environment.ts';
import { queries } from '../data/queries.ts';
import { useText } from '../i18n/use-text.ts';
import { nextUp } from '../title/next-up.ts';
import { TitleFacts } from '../title/title-facts.tsx';
import { Artwork } from '../ui/artwork.tsx';

/** The first pick, large. Its frame is there before its words, so nothing below it moves. */
export function Hero({ titleId }: { titleId: string }) {
  const text = useText();
  const { data } = useQuery(queries.title(useClient(), titleId));
  if (!data) return <div className="hero" />;
  const { title, positions } = data;
  const next = nextUp(title, positions);
  const { episode, kind } = next;
  const verb = text(kind === 'resume' ? 'title.resume' : 'title.play');
  // The first of a series goes without saying.
  const number =
    episode && kind !== 'start'
      ? text('episode.number', { season: episode.seasonNumber, episode: episode.episodeNumber })
      : undefined;
  return (
    <section className="hero" aria-label={title.name}>
      <div className="hero-picture">
        <Artwork {...title} shape="backdrop" isEager />
      </div>
      <div className="hero-words">
        <h2>{title.name}</h2>
        <TitleFacts title={title} />
        <p>{title.description}</p>
        <div className="hero-buttons">
          <Link to="/play/$videoId" params={{ videoId: next.videoId }} className="button button-primary">
            <Play aria-hidden fill="currentColor" />
            {[verb, number].filter(Boolean).join(' ')}
          </Link>
          <Link to="/title/$titleId" params={{ titleId }} className="button button-plain">
            <Info aria-hidden />
            {text('home.more')}
          </Link>
        </div>
      </div>
    </section>
  );
}
